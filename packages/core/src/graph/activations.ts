import { add, erf, mul, sigmoid, tanh } from './elementwise.ts'
import type { Tensor } from './tensor.ts'

/**
 * x Φ(x) = x/2 · (1 + erf(x / √2)), Φ the normal distribution.
 *
 * Source: Hendrycks and Gimpel 2016, arXiv:1606.08415; PyTorch's `gelu`.
 */
export function gelu(x: Tensor<'float'>): Tensor<'float'> {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1))
}

/**
 * x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), close to gelu.
 *
 * Source: Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2; PyTorch's `gelu` with `approximate='tanh'`.
 */
export function geluTanh(x: Tensor<'float'>): Tensor<'float'> {
  const inner = mul(x, add(mul(mul(x, x), 0.044715), 1))
  return mul(mul(x, 0.5), add(tanh(mul(inner, Math.sqrt(2 / Math.PI))), 1))
}

/** x σ(x), also called swish. Source: Elfwing et al. 2017, arXiv:1702.03118; PyTorch's `silu`. */
export function silu(x: Tensor<'float'>): Tensor<'float'> {
  return mul(x, sigmoid(x))
}
