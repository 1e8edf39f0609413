import type { Search, SearchLimits } from './search.ts'
import { singleSearch } from './single-search.ts'

/** Takes the most likely token at each step; of equal ones the one of the lowest id. */
export function greedySearch(limits: SearchLimits): Search {
  return singleSearch(limits, (scores) => {
    let best = -1
    for (let id = 0; id < scores.length; id++) {
      if (scores[id]! > (best < 0 ? -Infinity : scores[best]!)) best = id
    }
    return best
  })
}
