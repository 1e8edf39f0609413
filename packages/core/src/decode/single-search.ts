import type { Prefix } from './prefix.ts'
import { emptyPrefix, extend, isComplete } from './prefix.ts'
import type { Search, SearchLimits } from './search.ts'
import { processScores } from './search.ts'

/**
 * Picks the next token from processed scores [V].
 *
 * @returns an id whose score is above −Infinity, or −1 when there is none.
 */
export type Choose = (scores: Float64Array, prefix: Prefix) => number

/**
 * A search with one prefix, which a token is chosen for at each step. Its score is the mean of the
 * model's own log-probabilities.
 */
export function singleSearch(
  { start = emptyPrefix, maxLength, processors }: SearchLimits,
  choose: Choose,
): Search {
  let prefix = start
  let live: readonly Prefix[] = [prefix]
  let scratch: Float64Array | undefined
  return {
    get live() {
      return live
    },
    advance([next]) {
      const { logProbabilities } = next!
      scratch ??= new Float64Array(logProbabilities.length)
      const id = choose(processScores(next!, prefix, processors, scratch), prefix)
      live = []
      if (id < 0) {
        prefix = start
        return []
      }
      prefix = extend(prefix, id, logProbabilities[id]!, next!)
      if (isComplete(prefix) || prefix.length >= maxLength) return []
      live = [prefix]
      return [{ prefix, parent: 0 }]
    },
    results: () => (prefix.length === 0 ? [] : [{ prefix, score: prefix.total / prefix.length }]),
  }
}
