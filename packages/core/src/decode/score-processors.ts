import { EOS_ID } from '../text/index.ts'
import type { Prefix } from './prefix.ts'

/**
 * Changes the scores of the next token in place: a token that may not follow gets −Infinity.
 *
 * @param scores [V], log-probabilities in nats, or what the processors before made of them.
 * @param prefix what is written so far.
 */
export type ScoreProcessor = (scores: Float64Array, prefix: Prefix) => void

/** These tokens are never generated. */
export function suppressTokens(ids: readonly number[]): ScoreProcessor {
  return (scores) => {
    for (const id of ids) scores[id] = -Infinity
  }
}

/** No `<eos>` before `minLength` other tokens are there (Hugging Face: `min_new_tokens`). */
export function minimumLength(minLength: number): ScoreProcessor {
  return (scores, { length }) => {
    if (length < minLength) scores[EOS_ID] = -Infinity
  }
}

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

/** e^score, normalised to sum to 1; all 0 where every score is −Infinity. */
export function probabilitiesOf(scores: Float64Array): Float64Array {
  let largest = -Infinity
  for (const score of scores) if (score > largest) largest = score
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
