import { add, cast, cos, mul, sin, sub } from '../graph/elementwise.ts'
import { concat, constant, expandDims, split } from '../graph/movement.ts'
import type { Tensor } from '../graph/tensor.ts'

/**
 * Rotary positions: feature i and feature i + d/2 of a head are a point in the plane, which is turned
 * by the angle p · base^(−2i/d). The product of a query and a key then depends on their distance alone.
 *
 * The pairs stand half a head apart, as in Llama and in transformers, not side by side as in the paper:
 * the same up to the order of the features.
 *
 * @param heads [B, H, T, d], d even.
 * @param at    int [T], the position of each entry.
 *
 * Source: Su et al. 2021, arXiv:2104.09864, eq. 34.
 */
export function rotate(heads: Tensor<'float'>, at: Tensor<'int'>, base: number): Tensor<'float'> {
  const half = (heads.size(-1) as number) / 2
  const frequencies = Array.from({ length: half }, (_, i) => base ** (-i / half))
  const angles = mul(expandDims(cast(at, 'float'), 1), constant(at, 'float', [half], frequencies))
  const [cosine, sine] = [cos(angles), sin(angles)]
  const [x, y] = split(heads, -1, [half, half]) as [Tensor<'float'>, Tensor<'float'>]
  return concat([sub(mul(x, cosine), mul(y, sine)), add(mul(y, cosine), mul(x, sine))], -1)
}
