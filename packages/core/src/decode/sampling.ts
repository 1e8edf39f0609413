import type { RandomStream } from '../random/index.ts'
import { siteOf } from '../random/index.ts'
import { probabilitiesOf } from './sampling-filters.ts'
import type { Search, SearchLimits } from './search.ts'
import { singleSearch } from './single-search.ts'

const sampleSite = siteOf('decode.sample')

/**
 * Draws each token with the probability that the processors leave it.
 *
 * The draw for token t (from 0) is word `row` at (step t, site `decode.sample`) of the stream, so that it
 * depends on no other source and on no batch.
 *
 * @param row the place of the source in the call.
 */
export function samplingSearch(limits: SearchLimits, random: RandomStream, row: number): Search {
  const word = new Uint32Array(1)
  return singleSearch(limits, (scores, { length }) => {
    random.words(word, { step: length, site: sampleSite, index: row })
    return tokenAt(probabilitiesOf(scores), word[0]! / 2 ** 32)
  })
}

/** The first id, from the lowest up, at which the cumulative probability is above u in [0, 1); −1 if all are 0. */
function tokenAt(probabilities: Float64Array, u: number): number {
  let cumulative = 0
  let last = -1
  for (let id = 0; id < probabilities.length; id++) {
    if (probabilities[id] === 0) continue
    last = id
    cumulative += probabilities[id]!
    if (cumulative > u) return id
  }
  // Rounding may leave the sum below a u that is almost 1.
  return last
}
