import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'

const nothing = Number.NEGATIVE_INFINITY

/** The largest along the last axis, which stays with size 1; NaN where there is one that Exp would lose. */
function largestOf(ops: Ops, x: TfTensor): TfTensor {
  const axes = [x.shape.length - 1]
  return ops.traits.losesNaN.has('Exp') ? ops.extreme('Max', x, axes, true) : ops.max(x, axes, true)
}

function isEmptyRow(ops: Ops, largest: TfTensor): TfTensor {
  return ops.binary('Equal', largest, ops.scalar(nothing))
}

/** The Softmax kernel; rows of −Inf alone, of which it makes NaN, give 0. */
function softmaxOf(ops: Ops, x: TfTensor, largest: TfTensor): TfTensor {
  const plain = (logits: TfTensor) => ops.device.launch('Softmax', { logits }, { dim: x.shape.length - 1 })
  if (ops.traits.hostMemory && !Array.from(largest.dataSync()).includes(nothing)) return plain(x)
  const isEmpty = isEmptyRow(ops, largest)
  const weights = plain(ops.where(isEmpty, ops.scalar(0), x, x.shape))
  const found = ops.mul(weights, ops.cast(ops.unary('LogicalNot', isEmpty), 'float'))
  if (!ops.traits.losesNaN.has('Exp')) return found
  const isNumber = ops.binary('Less', largest, ops.scalar(Number.POSITIVE_INFINITY))
  return ops.where(isNumber, found, ops.scalar(Number.NaN), x.shape)
}

/** Over the last axis, of which there is at least one entry. */
export function softmax(ops: Ops, x: TfTensor): TfTensor {
  return softmaxOf(ops, x, largestOf(ops, x))
}

/** What a logarithm of softmax is made of, with a last axis of size 1; a row of −Inf alone has 0 for both. */
export interface LogSum {
  /** The largest of each row. */
  readonly largest: TfTensor
  /** log Σ e^(x − largest) */
  readonly logTotal: TfTensor
}

export function logSumOf(ops: Ops, x: TfTensor): LogSum {
  const largest = largestOf(ops, x)
  const weights = softmaxOf(ops, x, largest)
  // The largest weight is e^0 / Σ e^(x − largest), so the sum is known without a pass of Exp.
  const logWeight = ops.unary('Log', largestOf(ops, weights))
  const isEmpty = isEmptyRow(ops, largest)
  const zero = ops.scalar(0)
  return {
    largest: ops.where(isEmpty, zero, largest, largest.shape),
    logTotal: ops.where(isEmpty, zero, ops.unary('Neg', logWeight), largest.shape),
  }
}

export function logSoftmax(ops: Ops, x: TfTensor): TfTensor {
  const { largest, logTotal } = logSumOf(ops, x)
  return ops.sub(ops.sub(x, largest), logTotal)
}
