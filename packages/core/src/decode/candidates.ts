import type { Prefix } from './prefix.ts'
import { extend } from './prefix.ts'
import type { ScoreProcessor } from './score-processor.ts'
import type { Branch, NextToken } from './search.ts'
import { processScores } from './search.ts'

/** A token that a live prefix may go on with. */
export interface Candidate {
  readonly beam: number
  readonly id: number
  readonly score: number
  /** The total of the prefix with it. */
  readonly total: number
}

/** Sorts candidates: the highest total first; of equal ones the lowest token id, then the lowest beam. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return b.total - a.total || a.id - b.id || a.beam - b.beam
}

/** What a candidate makes of its prefix. */
export function branchOf(
  { beam, id, score }: Candidate,
  live: readonly Prefix[],
  next: readonly NextToken[],
): Branch {
  return { prefix: extend(live[beam]!, id, score, next[beam]!), parent: beam }
}

/** Finds the best continuations over all beams. */
export class Candidates {
  private readonly size: number
  private readonly processors: readonly ScoreProcessor[]
  private scratch: Float64Array | undefined

  constructor(size: number, processors: readonly ScoreProcessor[]) {
    this.size = size
    this.processors = processors
  }

  /**
   * The best continuations, best first.
   *
   * @param visit sees the processed scores [V] of each prefix, and may change them.
   */
  collect(
    live: readonly Prefix[],
    next: readonly NextToken[],
    visit?: (scores: Float64Array, beam: number) => void,
  ): Candidate[] {
    const best: Candidate[] = []
    live.forEach((prefix, beam) => {
      this.scratch ??= new Float64Array(next[beam]!.logProbabilities.length)
      const scores = processScores(next[beam]!, prefix, this.processors, this.scratch)
      visit?.(scores, beam)
      for (let id = 0; id < scores.length; id++) {
        const score = scores[id]!
        const total = prefix.total + score
        const worst = best.length === this.size ? best.at(-1)!.total : -Infinity
        if (total > -Infinity && total >= worst) this.insert(best, { beam, id, score, total })
      }
    })
    return best
  }

  private insert(best: Candidate[], candidate: Candidate): void {
    let at = best.length
    while (at > 0 && compareCandidates(candidate, best[at - 1]!) < 0) at--
    best.splice(at, 0, candidate)
    if (best.length > this.size) best.pop()
  }
}
