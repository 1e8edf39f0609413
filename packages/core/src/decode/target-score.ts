import { type Prefix, stepsOf } from './prefix.ts'

/** How a total is made comparable between lengths: divided by length^p, or by ((5 + length) / 6)^p. */
export type LengthPenaltyKind = 'average' | 'wu'

/** What a finished target is scored by. */
export interface ScoreOptions {
  /** p, the exponent. */
  readonly lengthPenalty: number
  readonly lengthPenaltyKind: LengthPenaltyKind
  /** β, the weight of the coverage term; 0 for none. */
  readonly coveragePenalty: number
}

/** Below this a source position counts as not looked at, or its logarithm would be −Infinity. */
const leastCoverage = 1e-10

/**
 * What a total is divided by. Length counts `<eos>`.
 *
 * Source of `wu`: Wu et al. 2016, arXiv:1609.08144, eq. 14.
 */
export function lengthDivisor(length: number, { lengthPenalty, lengthPenaltyKind }: ScoreOptions): number {
  return (lengthPenaltyKind === 'wu' ? (5 + length) / 6 : length) ** lengthPenalty
}

/**
 * β Σ_i log min(Σ_j a_ij, 1): 0 where every source position i was looked at with weights that sum to
 * 1 or more, less where one was passed over.
 *
 * Source: Wu et al. 2016, arXiv:1609.08144, eq. 14.
 */
export function coverageOf(prefix: Prefix, weight: number): number {
  const steps = stepsOf(prefix)
  const sums = new Float64Array(steps[0]?.attention?.weights?.length ?? 0)
  for (const { attention } of steps) {
    for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + attention!.weights![i]!
  }
  let logs = 0
  for (const sum of sums) logs += Math.log(Math.min(Math.max(sum, leastCoverage), 1))
  return weight * logs
}

/** The score of a target as if it ended here: larger is better. */
export function scoreOf(prefix: Prefix, options: ScoreOptions): number {
  const mean = prefix.total / lengthDivisor(prefix.length, options)
  return options.coveragePenalty === 0 ? mean : mean + coverageOf(prefix, options.coveragePenalty)
}

/** The most that a live prefix could score, were its total to stay as it is up to `maxLength`. */
export function scoreBound({ total, length }: Prefix, maxLength: number, options: ScoreOptions): number {
  return total / lengthDivisor(options.lengthPenalty > 0 ? maxLength : length, options)
}
