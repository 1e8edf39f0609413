import { add, div, max, min, mul, sqrt } from '../graph/elementwise.ts'
import { reduceSum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'

type F = Tensor<'float'>

/** √ of the sum of squares of all gradients together. */
export function globalNorm(gradients: readonly F[]): F {
  return sqrt(gradients.map((gradient) => reduceSum(mul(gradient, gradient))).reduce((a, b) => add(a, b)))
}

/**
 * The factor that brings a global norm down to `limit`, and leaves a smaller one: min(1, limit / (norm + 1e-6)).
 *
 * Source: Pascanu et al. 2013, arXiv:1211.5063, algorithm 1; the 1e-6 is PyTorch's.
 */
export function clipFactor(norm: F, limit: number): F {
  return min(1, div(limit, add(norm, 1e-6)))
}

/** Each element brought into ±limit. */
export function clipByValue(gradient: F, limit: number): F {
  return max(-limit, min(gradient, limit))
}
