import type { Prefix } from './prefix.ts'
import { emptyPrefix, extend, isComplete } from './prefix.ts'
import type { Search, SearchLimits } from './search.ts'
import { processScores, scoreOf } from './search.ts'

/**
 * Picks the next token from processed scores [V].
 *
 * @returns an id whose score is above −Infinity, or −1 when there is none.
 */
export type Choose = (scores: Float64Array, prefix: Prefix) => number

/** A search with one prefix, which a token is chosen for at each step. */
export function singleSearch({ maxLength, processors }: SearchLimits, choose: Choose): Search {
  let prefix = emptyPrefix
  let live: readonly Prefix[] = [prefix]
  let scratch: Float64Array | undefined
  return {
    get live() {
      return live
    },
    advance([next]) {
      const { logProbabilities, attention } = next!
      scratch ??= new Float64Array(logProbabilities.length)
      const id = choose(processScores(next!, prefix, processors, scratch), prefix)
      live = []
      if (id < 0) {
        prefix = emptyPrefix
        return []
      }
      const logProbability = logProbabilities[id]!
      prefix = extend(prefix, { id, score: logProbability, logProbability, attention })
      if (isComplete(prefix) || prefix.length >= maxLength) return []
      live = [prefix]
      return [{ prefix, parent: 0 }]
    },
    results: () => (prefix.length === 0 ? [] : [{ prefix, score: scoreOf(prefix, 1) }]),
  }
}
