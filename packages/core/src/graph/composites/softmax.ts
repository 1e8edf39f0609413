import { add, div, equal, exp, log, mul, select, sub } from '../elementwise.ts'
import { reduceMax, reduceSum } from '../reduce.ts'
import type { Tensor } from '../tensor.ts'

const lastAxis = { axes: [-1], keepDims: true }

/**
 * e^x / Σ e^x over the last axis. A row of −Inf alone gives 0 everywhere, never NaN, so that a query
 * that may look nowhere has no weights.
 *
 * @param x [..., N]
 * @returns [..., N]; each row sums to 1, or is all 0.
 */
export function softmax(x: Tensor<'float'>): Tensor<'float'> {
  return x.trace.emit('softmax', [x], {})[0] as Tensor<'float'>
}

/** log softmax over the last axis, [..., N] → [..., N]; a row of −Inf alone stays −Inf. */
export function logSoftmax(x: Tensor<'float'>): Tensor<'float'> {
  return x.trace.emit('logSoftmax', [x], {})[0] as Tensor<'float'>
}

/** The largest of each row, with −Inf replaced by 0 so that x − max is never NaN for it. */
function safeMax(x: Tensor<'float'>): Tensor<'float'> {
  const largest = reduceMax(x, lastAxis)
  return select(equal(largest, -Infinity), 0, largest)
}

export function softmaxBody([x]: readonly Tensor[]): Tensor[] {
  const logits = x as Tensor<'float'>
  const powers = exp(sub(logits, safeMax(logits)))
  const total = reduceSum(powers, lastAxis)
  return [div(powers, select(equal(total, 0), 1, total))]
}

export function logSoftmaxBody([x]: readonly Tensor[]): Tensor[] {
  const logits = x as Tensor<'float'>
  const largest = safeMax(logits)
  const total = reduceSum(exp(sub(logits, largest)), lastAxis)
  // log 0 is −Inf, and −Inf − (−Inf) would be NaN in a row of −Inf alone.
  return [sub(logits, add(largest, select(equal(total, 0), 0, log(total))))]
}

/** y · (dy − Σ dy·y), the gradient of softmax from its result. */
export function softmaxGradBody(inputs: readonly Tensor[]): Tensor[] {
  const [y, dy] = inputs as Tensor<'float'>[]
  return [mul(y!, sub(dy!, reduceSum(mul(dy!, y!), lastAxis)))]
}

/** dy − e^y · Σ dy, the gradient of log softmax from its result. */
export function logSoftmaxGradBody(inputs: readonly Tensor[]): Tensor[] {
  const [y, dy] = inputs as Tensor<'float'>[]
  return [sub(dy!, mul(exp(y!), reduceSum(dy!, lastAxis)))]
}
