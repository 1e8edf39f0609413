import { arithmetic } from './arithmetic.ts'
import type { Builder } from './builder.ts'
import { broadcasting, where } from './elementwise.ts'
import type { Value } from './value.ts'

/** π/2 in three parts; the first two have few bits, so that their products with small whole numbers are exact. */
const quarter = [1.5703125, 4.837512969970703e-4, 7.549789954891882e-8]

/** sin r and cos r for |r| ≤ π/4, by powers of r² after the leading terms. Source: Cephes, sinf and cosf. */
const sinePowers = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]
const cosinePowers = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]

/**
 * sin x, or cos x when it starts one quarter of a turn on, made of arithmetic: the operators may be right to 2^−11
 * only on a GPU. As exact as float32 for |x| up to some 10^5.
 */
export function sine(b: Builder, x: Value, quartersAhead: 0 | 1): Value {
  const { add, sub, mul } = arithmetic(b)
  const floor = (value: Value) => broadcasting(b, 'Floor', [value])
  const half = (turns: Value) => floor(mul(turns, 0.5))
  const oddness = (turns: Value) => sub(turns, mul(half(turns), 2))
  const quarters = floor(add(mul(x, 2 / Math.PI), 0.5))
  const rest = quarter.reduce((left, part) => sub(left, mul(quarters, part)), x)
  const turns = quartersAhead === 0 ? quarters : add(quarters, quartersAhead)
  const square = mul(rest, rest)
  const polynomial = ([first, second, third]: readonly number[]) =>
    add(mul(add(mul(square, first!), second!), square), third!)
  const sin = add(rest, mul(mul(rest, square), polynomial(sinePowers)))
  const tail = mul(mul(square, square), polynomial(cosinePowers))
  const cos = add(sub(1, mul(square, 0.5)), tail)
  const isCosine = broadcasting(b, 'Equal', [oddness(turns), b.scalar('float', 1)], 'bool')
  const sign = sub(1, mul(oddness(half(turns)), 2))
  return mul(where(b, isCosine, cos, sin), sign)
}
