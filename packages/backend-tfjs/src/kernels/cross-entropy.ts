import { countOf } from '../device.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import { indexing } from './indexing.ts'
import type { Operand } from './kernel.ts'
import { logSumOf, softmax } from './softmax.ts'

interface Smoothing {
  readonly smoothing: number
}

/** log Σ e^x' − (1 − ε) x'[label] − ε · mean x', where x' = x − the largest of its row. */
export function crossEntropy(
  ops: Ops,
  [logits, labels]: readonly Operand[],
  { smoothing }: Smoothing,
): TfTensor {
  const rows = asRows(ops, logits!.handle)
  const { largest, logTotal } = logSumOf(ops, rows)
  const inputs = [operand(rows, 'float'), operand(ops.reshape(labels!.handle, largest.shape), 'int')]
  const type = { kind: 'float', shape: largest.shape } as const
  const found = indexing(ops).gatherAlong(inputs, { axis: 1 }, type)
  const ofLabel = ops.sub(ops.reshape(found, largest.shape), largest)
  if (smoothing === 0) return ops.sub(logTotal, ofLabel)
  const total = ops.sum(ops.sub(rows, largest), [1], true)
  const smoothed = ops.mul(total, ops.scalar(smoothing / rows.shape[1]!))
  return ops.sub(logTotal, ops.add(ops.mul(ofLabel, ops.scalar(1 - smoothing)), smoothed))
}

/** (softmax − ε/V) · dLoss, and at the labels − (1 − ε) · dLoss. */
export function crossEntropyGrad(
  ops: Ops,
  [logits, labels, dLoss]: readonly Operand[],
  { smoothing }: Smoothing,
): TfTensor {
  const rows = asRows(ops, logits!.handle)
  const [count, classes] = rows.shape as [number, number]
  const d = ops.reshape(dLoss!.handle, [count, 1])
  const weights = softmax(ops, rows)
  const spread = smoothing === 0 ? weights : ops.sub(weights, ops.scalar(smoothing / classes))
  const atLabels = smoothing === 0 ? d : ops.mul(d, ops.scalar(1 - smoothing))
  const inputs = [operand(ops.reshape(labels!.handle, [count, 1]), 'int'), operand(atLabels, 'float')]
  const type = { kind: 'float', shape: rows.shape } as const
  const target = indexing(ops).scatterAlong(inputs, { axis: 1, size: classes }, type)
  return ops.sub(ops.mul(spread, d), ops.reshape(target, rows.shape))
}

/** x [..., N] as rows [R, N]. */
export function asRows(ops: Ops, x: TfTensor): TfTensor {
  const size = x.shape.at(-1)!
  return ops.reshape(x, [countOf(x.shape) / size, size])
}

function operand(handle: TfTensor, kind: 'float' | 'int'): Operand {
  return { handle, kind, shape: handle.shape }
}
