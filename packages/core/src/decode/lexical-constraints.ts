/** How far a target has come with the phrases that it must contain. */
export interface PhraseProgress {
  /** Whether each phrase is complete. */
  readonly isMet: readonly boolean[]
  /** The last tokens, as far as they begin a phrase that is not complete. */
  readonly begun: readonly number[]
  /** Tokens that are still to be written, of all phrases. */
  readonly missing: number
}

/**
 * Follows which of some phrases a target contains, token by token. Phrases never overlap: a token
 * belongs to one of them at most. One that is given twice must occur twice.
 */
export class LexicalConstraints {
  private readonly phrases: readonly (readonly number[])[]
  readonly start: PhraseProgress

  /** @param phrases ids, none empty. */
  constructor(phrases: readonly (readonly number[])[]) {
    this.phrases = phrases
    this.start = this.progress(
      phrases.map(() => false),
      [],
    )
  }

  /** The progress after one more token: its longest ending that begins a phrase counts. */
  advance({ isMet, begun }: PhraseProgress, id: number): PhraseProgress {
    const written = [...begun, id]
    while (written.length > 0) {
      const place = this.phrases.findIndex((phrase, i) => !isMet[i] && startsWith(phrase, written))
      if (place >= 0 && written.length < this.phrases[place]!.length) return this.progress(isMet, written)
      if (place >= 0) {
        return this.progress(
          isMet.map((each, i) => each || i === place),
          [],
        )
      }
      written.shift()
    }
    return this.progress(isMet, [])
  }

  /** The tokens that bring it further: those that go on with what is begun, else those that begin a phrase. */
  wanted({ isMet, begun }: PhraseProgress): number[] {
    const open = this.phrases.filter((phrase, i) => !isMet[i] && startsWith(phrase, begun))
    return [...new Set(open.map((phrase) => phrase[begun.length]!))]
  }

  private progress(isMet: readonly boolean[], begun: readonly number[]): PhraseProgress {
    const open = this.phrases.filter((_, i) => !isMet[i])
    return { isMet, begun, missing: open.reduce((sum, { length }) => sum + length, 0) - begun.length }
  }
}

function startsWith(phrase: readonly number[], ids: readonly number[]): boolean {
  return ids.length <= phrase.length && ids.every((id, i) => phrase[i] === id)
}
