import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'

/** π/2 in three parts; the first two have few bits, so that their products with small whole numbers are exact. */
const quarter = [1.5703125, 4.837512969970703e-4, 7.549789954891882e-8]

/** sin r and cos r for |r| ≤ π/4, by powers of r² after the leading terms. Source: Cephes, sinf and cosf. */
const sinePowers = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]
const cosinePowers = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]

/**
 * sin x, or cos x when it starts one quarter of a turn on, made of arithmetic: GPUs may give it to 2^−11 only.
 * As exact as float32 for |x| up to some 10^5.
 */
export function sine(ops: Ops, x: TfTensor, quartersAhead: 0 | 1): TfTensor {
  const number = (value: number) => ops.scalar(value)
  const half = (turns: TfTensor) => ops.unary('Floor', ops.mul(turns, number(0.5)))
  const oddness = (turns: TfTensor) => ops.sub(turns, ops.mul(half(turns), number(2)))
  const quarters = ops.unary('Floor', ops.add(ops.mul(x, number(2 / Math.PI)), number(0.5)))
  const rest = quarter.reduce((left, part) => ops.sub(left, ops.mul(quarters, number(part))), x)
  const turns = quartersAhead === 0 ? quarters : ops.add(quarters, number(quartersAhead))
  const square = ops.mul(rest, rest)
  const polynomial = (factors: readonly number[]): TfTensor =>
    factors
      .slice(1)
      .reduce((sum, factor) => ops.add(ops.mul(sum, square), number(factor)), number(factors[0]!))
  const sin = ops.add(rest, ops.mul(ops.mul(rest, square), polynomial(sinePowers)))
  const tail = ops.mul(ops.mul(square, square), polynomial(cosinePowers))
  const cos = ops.add(ops.sub(number(1), ops.mul(square, number(0.5))), tail)
  const isCosine = ops.binary('Equal', oddness(turns), number(1))
  const sign = ops.sub(number(1), ops.mul(oddness(half(turns)), number(2)))
  return ops.mul(ops.where(isCosine, cos, sin, x.shape), sign)
}
