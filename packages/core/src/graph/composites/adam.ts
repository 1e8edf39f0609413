import { add, div, equal, mul, select, sqrt, sub } from '../elementwise.ts'
import type { Attributes } from '../ops.ts'
import type { Tensor } from '../tensor.ts'
import { traceOf } from '../trace.ts'

/** One parameter's update; everything is a tensor, so that a step is one graph. */
export interface AdamInputs {
  readonly parameter: Tensor<'float'>
  readonly gradient: Tensor<'float'>
  /** First moment, shaped like the parameter. */
  readonly m: Tensor<'float'>
  /** Second moment, shaped like the parameter. */
  readonly v: Tensor<'float'>
  /** Scalar. */
  readonly learningRate: Tensor<'float'>
  /** Scalar 1 − β₁ᵗ. */
  readonly correction1: Tensor<'float'>
  /** Scalar 1 − β₂ᵗ. */
  readonly correction2: Tensor<'float'>
  /**
   * Scalar that multiplies the gradient first: clipping, or the mean over accumulated batches.
   * 0 means that there is no gradient, even where it is NaN.
   */
  readonly gradientScale: Tensor<'float'>
}

/**
 * Adam, with weight decay added to the gradient, or decoupled from it (AdamW).
 *
 *   m' = β₁m + (1−β₁)g;  v' = β₂v + (1−β₂)g²;  p' = p − lr · (m'/c₁) / (√(v'/c₂) + ε)
 *
 * Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1; Loshchilov and Hutter 2019,
 * arXiv:1711.05101, algorithm 2; the order of operations is PyTorch's.
 */
export function adamUpdate(
  inputs: AdamInputs,
  attributes: Attributes<'adam'>,
): { parameter: Tensor<'float'>; m: Tensor<'float'>; v: Tensor<'float'> } {
  const { parameter, gradient, m, v, learningRate, correction1, correction2, gradientScale } = inputs
  const operands = [parameter, gradient, m, v, learningRate, correction1, correction2, gradientScale]
  const outputs = traceOf(operands).emit('adam', operands, attributes) as Tensor<'float'>[]
  return { parameter: outputs[0]!, m: outputs[1]!, v: outputs[2]! }
}

export function adamBody(inputs: readonly Tensor[], attributes: Attributes<'adam'>): Tensor[] {
  const [parameter, gradient, m, v, learningRate, correction1, correction2, scale] =
    inputs as Tensor<'float'>[]
  const { beta1, beta2, epsilon, weightDecay, decoupled } = attributes
  let start = parameter!
  let g = select(equal(scale!, 0), 0, mul(gradient!, scale!))
  if (weightDecay !== 0 && decoupled) start = sub(start, mul(start, mul(learningRate!, weightDecay)))
  if (weightDecay !== 0 && !decoupled) g = add(g, mul(parameter!, weightDecay))
  const nextM = add(mul(m!, beta1), mul(g, 1 - beta1))
  const nextV = add(mul(v!, beta2), mul(mul(g, g), 1 - beta2))
  const denominator = add(div(sqrt(nextV), sqrt(correction2!)), epsilon)
  const step = div(learningRate!, correction1!)
  return [sub(start, mul(step, div(nextM, denominator))), nextM, nextV]
}
