import type { HostArray } from '../backend/contract.ts'
import { add, mul, sub } from '../graph/elementwise.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { checkKnown, checkPositive } from './check.ts'

type F = Tensor<'float'>

/** An exponential moving average of the weights; see {@link emaRate} for how it starts. */
export interface EmaOptions {
  /** d in shadow = d · shadow + (1 − d) · weight after each step; above 0 and below 1, usually 0.999 or more. */
  readonly decay: number
}

/** Throws OptionError for what is unknown or out of range. */
export function checkEma(options: EmaOptions): void {
  checkKnown('ema', options, ['decay'])
  checkPositive('ema.decay', options.decay, 1)
}

/** Name of a weight's moving average in the session's state. */
export function emaName(path: string): string {
  return `ema.${path}`
}

/**
 * How far the average moves towards the weights at a step from 1: 1 − min(decay, (1 + step) / (10 + step)).
 * The second term lets the first weights, which are noise, be forgotten soon.
 *
 * Source: Polyak and Juditsky 1992; the start is that of TensorFlow's ExponentialMovingAverage.
 */
export function emaRate({ decay }: EmaOptions, step: number): number {
  return 1 - Math.min(decay, (1 + step) / (10 + step))
}

/** shadow + rate · (weight − shadow). */
export function emaUpdate(shadow: F, weight: F, rate: F): F {
  return add(shadow, mul(sub(weight, shadow), rate))
}

/** A host copy of every weight's moving average, by the path of the weight. */
export async function emaWeights({ model, session }: Seq2Seq): Promise<Map<string, HostArray>> {
  const weights = new Map<string, HostArray>()
  for (const { path } of model.parameters) weights.set(path, await session.get(emaName(path)))
  return weights
}
