import type { Prefix } from './prefix.ts'
import { emptyPrefix, extend, isComplete } from './prefix.ts'
import type { Branch, NextToken, ScoredPrefix, Search, SearchLimits } from './search.ts'
import { processScores, scoreOf } from './search.ts'

/** What a beam search is told. */
export interface BeamOptions extends SearchLimits {
  /** Live prefixes kept at each step. */
  readonly beams: number
  /** Exponent of the length that a total is divided by. */
  readonly lengthPenalty: number
}

/**
 * Beam search. At each step the 2 · beams best continuations of all live prefixes are looked at: of
 * the first `beams` those that end are finished, and the best that do not end live on. It is done when no
 * finished target can be beaten any more, as Hugging Face's `generate` judges with early_stopping=False:
 * `beams` are finished, and the best live total, as if it ended now, is not above the worst of them.
 * At `maxLength` the best `beams` continuations are finished whether they end or not.
 *
 * Source: Sutskever et al. 2014, arXiv:1409.3215, section 3.2; rules of transformers 5.
 */
export function beamSearch({ beams, lengthPenalty, maxLength, processors }: BeamOptions): Search {
  let live: readonly Prefix[] = [emptyPrefix]
  let finished: readonly ScoredPrefix[] = []
  const candidates = new Candidates(2 * beams)

  const canImprove = (): boolean => {
    if (live.length === 0 || finished.length < beams) return live.length > 0
    return scoreOf(live[0]!, lengthPenalty) > finished.at(-1)!.score
  }
  return {
    get live() {
      return live
    },
    advance(next) {
      const best = candidates.collect(live, next, processors)
      const isLast = (live[0]?.length ?? 0) + 1 >= maxLength
      const ended = best.slice(0, beams).filter(({ prefix }) => isLast || isComplete(prefix))
      const scored = ended.map(({ prefix }) => ({ prefix, score: scoreOf(prefix, lengthPenalty) }))
      // A stable sort: of equal scores the one that was finished first stays ahead.
      finished = [...finished, ...scored].sort((a, b) => b.score - a.score).slice(0, beams)
      const branches = isLast ? [] : best.filter(({ prefix }) => !isComplete(prefix)).slice(0, beams)
      live = branches.map(({ prefix }) => prefix)
      if (canImprove()) return branches
      live = []
      return []
    },
    results: () => finished,
  }
}

interface Candidate {
  readonly beam: number
  readonly id: number
  readonly score: number
  readonly total: number
}

/** Finds the best continuations over all beams. */
class Candidates {
  private readonly size: number
  private scratch: Float64Array | undefined

  constructor(size: number) {
    this.size = size
  }

  /** The best continuations, best first; of equal totals the lowest token id, then the lowest beam. */
  collect(
    live: readonly Prefix[],
    next: readonly NextToken[],
    processors: SearchLimits['processors'],
  ): Branch[] {
    const best: Candidate[] = []
    live.forEach((prefix, beam) => {
      this.scratch ??= new Float64Array(next[beam]!.logProbabilities.length)
      const scores = processScores(next[beam]!, prefix, processors, this.scratch)
      for (let id = 0; id < scores.length; id++) {
        const score = scores[id]!
        const total = prefix.total + score
        const worst = best.length === this.size ? best.at(-1)!.total : -Infinity
        if (total > -Infinity && total >= worst) this.insert(best, { beam, id, score, total })
      }
    })
    return best.map(({ beam, id, score }) => {
      const { logProbabilities, attention } = next[beam]!
      const choice = { id, score, logProbability: logProbabilities[id]!, attention }
      return { prefix: extend(live[beam]!, choice), parent: beam }
    })
  }

  private insert(best: Candidate[], candidate: Candidate): void {
    let at = best.length
    while (at > 0 && isBetter(candidate, best[at - 1]!)) at--
    best.splice(at, 0, candidate)
    if (best.length > this.size) best.pop()
  }
}

/** Beams come in rising order: of equal totals and ids the one that is there already stays ahead. */
function isBetter(candidate: Candidate, other: Candidate): boolean {
  return candidate.total > other.total || (candidate.total === other.total && candidate.id < other.id)
}
