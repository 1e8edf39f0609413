import { idsOf } from './prefix.ts'
import type { ScoreProcessor } from './score-processor.ts'

/**
 * Makes tokens that were written already less likely: a score below 0 is multiplied by the penalty, one
 * above 0 divided by it, once however often the token occurs. A penalty below 1 makes them likelier.
 *
 * Source: Keskar et al. 2019, arXiv:1909.05858, section 4.1, with the sign rule of Hugging Face.
 */
export function penalizeRepetition(penalty: number): ScoreProcessor {
  return (scores, prefix) => {
    for (const id of new Set(idsOf(prefix))) {
      const score = scores[id]!
      scores[id] = score < 0 ? score * penalty : score / penalty
    }
  }
}

/**
 * No run of n tokens occurs twice: a token that would complete one that is there already may not
 * follow. Paulus et al. 2017, arXiv:1705.04304, section 2.5.
 */
export function forbidRepeatedNgrams(n: number): ScoreProcessor {
  return (scores, prefix) => {
    const ids = idsOf(prefix)
    const start = ids.length - (n - 1)
    for (let at = 0; at < start; at++) {
      if (isRepeated(ids, at, start)) scores[ids[at + n - 1]!] = -Infinity
    }
  }
}

/** Whether the ids from `start` to the end stand at `at` too. */
function isRepeated(ids: readonly number[], at: number, start: number): boolean {
  for (let i = start; i < ids.length; i++) if (ids[at + i - start] !== ids[i]) return false
  return true
}

/** How often each token was taken. */
export type TokenCounts = ReadonlyMap<number, number>

/**
 * Hamming diversity: `penalty` less for each time that another group has chosen a token at this step.
 * Vijayakumar et al. 2018, arXiv:1610.02424, section 3.
 */
export function penalizeChosen(counts: TokenCounts, penalty: number): ScoreProcessor {
  return (scores) => {
    for (const [id, count] of counts) scores[id] = scores[id]! - penalty * count
  }
}

/** Adds how often each token occurs among `ids` to the counts. */
export function countTokens(ids: readonly number[], counts: Map<number, number>): void {
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
}
