import { DataError, OptionError } from '../errors.ts'

/** The four special tokens; the place of each is its id, in every vocabulary. */
export const SPECIAL_TOKENS: readonly ['<pad>', '<unk>', '<sos>', '<eos>'] = [
  '<pad>',
  '<unk>',
  '<sos>',
  '<eos>',
]
/** The id that fills a batch up; it is never a real token. */
export const PAD_ID = 0
/** The id of every token that the vocabulary does not hold. */
export const UNK_ID = 1
/** The id that a decoder is given first: start of sequence. */
export const SOS_ID = 2
/** The id that ends a sequence. */
export const EOS_ID = 3

/** What `Vocabulary.build` keeps. */
export interface VocabularyOptions {
  /** Tokens seen less often become `<unk>`. Default 1: all are kept. */
  readonly minFrequency?: number
  /** The largest size, with the four special tokens counted. Default: no bound. */
  readonly maxSize?: number
}

function compareCodePoints(a: string, b: string): number {
  // `<` on strings compares UTF-16 units, which puts emoji before some letters.
  const left = [...a]
  const right = [...b]
  const shared = Math.min(left.length, right.length)
  for (let i = 0; i < shared; i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function checkOption(option: string, value: number, least: number): void {
  if ((Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= least) return
  throw new OptionError({ option, problem: `${value} is not a whole number from ${least} up` })
}

/**
 * Tokens and their ids. Ids 0–3 are `<pad>`, `<unk>`, `<sos>`, `<eos>`; ordinary tokens follow.
 *
 * Special and ordinary tokens never mix: text that spells `<eos>` is an ordinary token, with an id
 * of its own from 4 up if it was seen often enough, else `<unk>`. `has`, `idOf` and `ids` look at
 * ordinary tokens only; a program names special ones by `PAD_ID`, `UNK_ID`, `SOS_ID`, `EOS_ID`.
 *
 * @param ordinary the ordinary tokens, in the order of their ids; not empty, none twice.
 * @throws DataError for an empty or repeated token.
 */
export class Vocabulary {
  readonly #tokens: readonly string[]
  readonly #ids: ReadonlyMap<string, number>

  constructor(ordinary: Iterable<string>) {
    const tokens: string[] = [...SPECIAL_TOKENS]
    const ids = new Map<string, number>()
    for (const token of ordinary) {
      if (token === '') throw new DataError({ problem: `token ${tokens.length} of the vocabulary is empty` })
      const earlier = ids.get(token)
      if (earlier !== undefined) {
        throw new DataError({
          problem: `${JSON.stringify(token)} is in the vocabulary twice, as ${earlier} and ${tokens.length}`,
        })
      }
      ids.set(token, tokens.length)
      tokens.push(token)
    }
    this.#tokens = tokens
    this.#ids = ids
  }

  /**
   * The vocabulary of a corpus: tokens by falling frequency, ties in code-point order, so that the
   * order of the corpus does not matter.
   *
   * @throws OptionError for `minFrequency` below 1 or `maxSize` below 4.
   */
  static build(sequences: Iterable<readonly string[]>, options: VocabularyOptions = {}): Vocabulary {
    const { minFrequency = 1, maxSize = Number.POSITIVE_INFINITY } = options
    checkOption('minFrequency', minFrequency, 1)
    checkOption('maxSize', maxSize, SPECIAL_TOKENS.length)
    const counts = new Map<string, number>()
    for (const tokens of sequences) {
      for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1)
    }
    const kept = [...counts].filter(([, count]) => count >= minFrequency)
    kept.sort(([a, countA], [b, countB]) => countB - countA || compareCodePoints(a, b))
    return new Vocabulary(kept.slice(0, maxSize - SPECIAL_TOKENS.length).map(([token]) => token))
  }

  /** The number of ids, special ones counted. */
  get size(): number {
    return this.#tokens.length
  }

  /** Whether an ordinary token has an id of its own. */
  has(token: string): boolean {
    return this.#ids.has(token)
  }

  /** The id of an ordinary token, or `UNK_ID`. */
  idOf(token: string): number {
    return this.#ids.get(token) ?? UNK_ID
  }

  /**
   * The token of an id, special ones by their names.
   * @throws DataError when the id is not a whole number below `size`.
   */
  tokenOf(id: number): string {
    const token = this.#tokens[id]
    if (token === undefined) {
      throw new DataError({
        problem: `token id ${id} is outside the vocabulary (0 to ${this.size - 1})`,
        hint: 'was it made with another vocabulary?',
      })
    }
    return token
  }

  /** The ids of ordinary tokens; unknown ones become `UNK_ID`. */
  ids(tokens: readonly string[]): Int32Array {
    return Int32Array.from(tokens, (token) => this.idOf(token))
  }

  /** The tokens of ids, special ones by their names; DataError for an id outside. */
  tokens(ids: ArrayLike<number>): string[] {
    return Array.from(ids, (id) => this.tokenOf(id))
  }

  /** All tokens by id, the special ones first. */
  toArray(): string[] {
    return [...this.#tokens]
  }
}
