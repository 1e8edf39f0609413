import { add, div, mul, sqrt, sub } from '../elementwise.ts'
import type { Attributes } from '../ops.ts'
import { reduceMean, reduceSum } from '../reduce.ts'
import type { Operand, Tensor } from '../tensor.ts'
import { toTensor, traceOf } from '../trace.ts'

type F = Tensor<'float'>

const lastAxis = { axes: [-1], keepDims: true }

/**
 * Each row with mean 0 and variance 1, then scaled and shifted:
 *
 *   y = (x − mean) / √(variance + ε) · weight + bias
 *
 * @param x      [..., D]
 * @param weight [D]
 * @param bias   [D]; none shifts nothing.
 * @returns [..., D]; the variance is that of the row itself, divided by D.
 *
 * Source: Ba et al. 2016, arXiv:1607.06450, eq. 4; PyTorch's `layer_norm`.
 */
export function layerNorm(
  x: F,
  weight: Operand<'float'>,
  bias: Operand<'float'> | undefined,
  epsilon = 1e-5,
): F {
  const trace = traceOf([x, weight, bias])
  const operands = [x, toTensor(trace, weight, 'float')]
  if (bias !== undefined) operands.push(toTensor(trace, bias, 'float'))
  return trace.emit('layerNorm', operands, { epsilon })[0] as F
}

/** x with mean 0 and variance 1, and what the rows were divided by. */
function normalize(x: F, epsilon: number): { normalized: F; deviation: F } {
  const centred = sub(x, reduceMean(x, lastAxis))
  const variance = reduceMean(mul(centred, centred), lastAxis)
  const deviation = sqrt(add(variance, epsilon))
  return { normalized: div(centred, deviation), deviation }
}

export function layerNormBody(inputs: readonly Tensor[], { epsilon }: Attributes<'layerNorm'>): Tensor[] {
  const [x, weight, bias] = inputs as [F, F, F?]
  const scaled = mul(normalize(x, epsilon).normalized, weight)
  return [bias ? add(scaled, bias) : scaled]
}

/** dx = (g − mean g − x̂ · mean(g x̂)) / deviation with g = dy · weight; sums over rows for weight and bias. */
export function layerNormGradBody(
  inputs: readonly Tensor[],
  { epsilon }: Attributes<'layerNormGrad'>,
): Tensor[] {
  const [x, weight, dy] = inputs as [F, F, F]
  const { normalized, deviation } = normalize(x, epsilon)
  const g = mul(dy, weight)
  const along = mul(normalized, reduceMean(mul(g, normalized), lastAxis))
  const dx = div(sub(sub(g, reduceMean(g, lastAxis)), along), deviation)
  const axes = x.shape.slice(0, -1).map((_, axis) => axis)
  return [dx, reduceSum(mul(dy, normalized), { axes }), reduceSum(dy, { axes })]
}
