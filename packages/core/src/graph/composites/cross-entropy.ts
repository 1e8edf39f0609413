import { add, mul, sub } from '../elementwise.ts'
import { gatherAlong, oneHot } from '../indexing.ts'
import { expandDims, squeeze } from '../movement.ts'
import type { Attributes } from '../ops.ts'
import { reduceMean } from '../reduce.ts'
import type { Tensor } from '../tensor.ts'
import { traceOf } from '../trace.ts'
import { logSoftmax, softmax } from './softmax.ts'

/**
 * Cross-entropy of each row against its label, in nats, with label smoothing ε:
 *
 *   −(1 − ε) log p(label) − ε · mean over classes of log p
 *
 * @param logits    [..., V]
 * @param labels    int [...]
 * @param smoothing ε, from 0 to below 1.
 * @returns [...], not averaged and not masked.
 *
 * Source: Szegedy et al. 2016, arXiv:1512.00567, section 7; PyTorch's `cross_entropy`.
 */
export function crossEntropy(logits: Tensor<'float'>, labels: Tensor<'int'>, smoothing = 0): Tensor<'float'> {
  return traceOf([logits, labels]).emit('crossEntropy', [logits, labels], { smoothing })[0] as Tensor<'float'>
}

export function crossEntropyBody(
  inputs: readonly Tensor[],
  { smoothing }: Attributes<'crossEntropy'>,
): Tensor[] {
  const [logits, labels] = inputs as [Tensor<'float'>, Tensor<'int'>]
  const logp = logSoftmax(logits)
  const ofLabel = squeeze(gatherAlong(logp, expandDims(labels, -1), -1), -1)
  if (smoothing === 0) return [mul(ofLabel, -1)]
  return [sub(mul(ofLabel, smoothing - 1), mul(reduceMean(logp, { axes: [-1] }), smoothing))]
}

/** (softmax − (1 − ε) onehot − ε/V) · dLoss. */
export function crossEntropyGradBody(
  inputs: readonly Tensor[],
  { smoothing }: Attributes<'crossEntropyGrad'>,
): Tensor[] {
  const [logits, labels, dLoss] = inputs as [Tensor<'float'>, Tensor<'int'>, Tensor<'float'>]
  const classes = logits.size(-1) as number
  const target = add(mul(oneHot(labels, classes), 1 - smoothing), smoothing / classes)
  return [mul(sub(softmax(logits), target), expandDims(dLoss, -1))]
}
