import type { ScoreProcessor } from './score-processor.ts'

/** Scores divided by a temperature: below 1 sharpens, above 1 flattens. */
export function temperatureScale(temperature: number): ScoreProcessor {
  return (scores) => {
    for (let id = 0; id < scores.length; id++) scores[id] = scores[id]! / temperature
  }
}

/** Only the k tokens of the highest scores; of equal ones the lowest ids. Fan et al. 2018, arXiv:1805.04833. */
export function keepTopK(k: number): ScoreProcessor {
  return (scores) => keepHighest(scores, scores.slice().sort(), k)
}

/**
 * Nucleus sampling: the smallest set of the most probable tokens whose probabilities sum to p or more,
 * at least one; of equal ones the lowest ids. Holtzman et al. 2020, arXiv:1904.09751.
 */
export function keepTopP(p: number): ScoreProcessor {
  return (scores) => {
    const rising = scores.slice().sort()
    const probabilities = probabilitiesOf(rising)
    let count = 0
    for (let sum = 0; sum < p && count < scores.length; count++) sum += probabilities.at(-1 - count)!
    keepHighest(scores, rising, count)
  }
}

/** Only tokens with at least p times the probability of the likeliest. Nguyen et al. 2024, arXiv:2407.01082. */
export function keepMinP(p: number): ScoreProcessor {
  return (scores) => {
    const least = largestOf(scores) + Math.log(p)
    for (let id = 0; id < scores.length; id++) if (scores[id]! < least) scores[id] = -Infinity
  }
}

/**
 * Typical sampling: the smallest set of tokens whose surprise −log p is nearest to the entropy and whose
 * probabilities sum to p or more, at least one; of equally near ones the lowest ids.
 * Meister et al. 2023, arXiv:2202.00666.
 */
export function keepTypical(p: number): ScoreProcessor {
  return (scores) => {
    const probabilities = probabilitiesOf(scores)
    const possible = [...probabilities.keys()].filter((id) => probabilities[id]! > 0)
    const surprise = (id: number) => -Math.log(probabilities[id]!)
    const entropy = possible.reduce((sum, id) => sum + probabilities[id]! * surprise(id), 0)
    const distance = new Map(possible.map((id) => [id, Math.abs(surprise(id) - entropy)]))
    possible.sort((a, b) => distance.get(a)! - distance.get(b)! || a - b)
    let sum = 0
    for (const id of possible) {
      if (sum >= p) scores[id] = -Infinity
      sum += probabilities[id]!
    }
  }
}

/** −Infinity to all but `count` scores; `rising` holds the same scores, sorted. */
function keepHighest(scores: Float64Array, rising: Float64Array, count: number): void {
  if (count >= scores.length) return
  const lowest = rising.at(-count)!
  let equals = count
  for (const score of scores) if (score > lowest) equals--
  for (let id = 0; id < scores.length; id++) {
    if (scores[id]! > lowest) continue
    if (scores[id]! < lowest || equals-- <= 0) scores[id] = -Infinity
  }
}

function largestOf(scores: Float64Array): number {
  let largest = -Infinity
  for (const score of scores) if (score > largest) largest = score
  return largest
}

/** e^score, normalised to sum to 1; all 0 where every score is −Infinity. */
export function probabilitiesOf(scores: Float64Array): Float64Array {
  const largest = largestOf(scores)
  const probabilities = new Float64Array(scores.length)
  if (largest === -Infinity) return probabilities
  let total = 0
  for (let id = 0; id < scores.length; id++) {
    const power = Math.exp(scores[id]! - largest)
    probabilities[id] = power
    total += power
  }
  for (let id = 0; id < scores.length; id++) probabilities[id] = probabilities[id]! / total
  return probabilities
}
