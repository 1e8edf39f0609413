import { add, div, mul, sqrt, sub } from '../elementwise.ts'
import type { Attributes } from '../ops.ts'
import { reduceMean, reduceSum } from '../reduce.ts'
import type { Operand, Tensor } from '../tensor.ts'
import { toTensor, traceOf } from '../trace.ts'

type F = Tensor<'float'>

const lastAxis = { axes: [-1], keepDims: true }

/**
 * Each row divided by its root mean square, then scaled:
 *
 *   y = x / √(mean x² + ε) · weight
 *
 * @param x      [..., D]
 * @param weight [D]
 * @returns [..., D]
 *
 * Source: Zhang and Sennrich 2019, arXiv:1910.07467, eq. 4; PyTorch's `rms_norm`.
 */
export function rmsNorm(x: F, weight: Operand<'float'>, epsilon = 1e-6): F {
  const trace = traceOf([x, weight])
  return trace.emit('rmsNorm', [x, toTensor(trace, weight, 'float')], { epsilon })[0] as F
}

function rootMeanSquare(x: F, epsilon: number): F {
  return sqrt(add(reduceMean(mul(x, x), lastAxis), epsilon))
}

export function rmsNormBody(inputs: readonly Tensor[], { epsilon }: Attributes<'rmsNorm'>): Tensor[] {
  const [x, weight] = inputs as [F, F]
  return [mul(div(x, rootMeanSquare(x, epsilon)), weight)]
}

/** dx = (g − x̂ · mean(g x̂)) / rms with g = dy · weight; the sum over rows for the weight. */
export function rmsNormGradBody(inputs: readonly Tensor[], { epsilon }: Attributes<'rmsNormGrad'>): Tensor[] {
  const [x, weight, dy] = inputs as [F, F, F]
  const rms = rootMeanSquare(x, epsilon)
  const normalized = div(x, rms)
  const g = mul(dy, weight)
  const along = mul(normalized, reduceMean(mul(g, normalized), lastAxis))
  const axes = x.shape.slice(0, -1).map((_, axis) => axis)
  return [div(sub(g, along), rms), reduceSum(mul(dy, normalized), { axes })]
}
