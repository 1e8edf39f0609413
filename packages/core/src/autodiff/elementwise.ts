import { sameShape } from '../graph/dims.ts'
import {
  and,
  cos,
  div,
  equal,
  exp,
  less,
  log,
  mul,
  neg,
  not,
  pow,
  select,
  sign,
  sin,
  sub,
} from '../graph/elementwise.ts'
import { reshape } from '../graph/movement.ts'
import type { PrimitiveName } from '../graph/ops.ts'
import { reduceSum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { GradientRule, GradientTable } from './rule.ts'

type F = Tensor<'float'>

/** The gradient of what was broadcast: summed over the axes along which it was repeated. */
export function unbroadcast(gradient: F, to: Tensor): F {
  if (sameShape(gradient.shape, to.shape)) return gradient
  const extra = gradient.rank - to.rank
  const axes = gradient.shape.flatMap((dim, axis) =>
    axis < extra || to.shape[axis - extra] !== dim ? [axis] : [],
  )
  return reshape(reduceSum(gradient, { axes }), to.shape)
}

function unary<O extends PrimitiveName>(rule: (g: F, x: F, y: F) => F): GradientRule<O> {
  return ({ inputs, outputs, gradients }) => [rule(gradients[0]!, inputs[0]!, outputs[0]!)]
}

function binary<O extends PrimitiveName>(
  left: (g: F, a: F, b: F, y: F) => F,
  right: (g: F, a: F, b: F, y: F) => F,
): GradientRule<O> {
  return ({ inputs: [a, b], outputs, gradients, needs }) => {
    const [g, y] = [gradients[0]!, outputs[0]!]
    return [
      needs[0] ? unbroadcast(left(g, a!, b!, y), a!) : undefined,
      needs[1] ? unbroadcast(right(g, a!, b!, y), b!) : undefined,
    ]
  }
}

/** Half to each side where both are equal, as PyTorch's `maximum` does. */
function share(wins: (a: F, b: F) => Tensor<'bool'>) {
  return (g: F, a: F, b: F) => select(equal(a, b), mul(g, 0.5), select(wins(a, b), g, 0))
}

const greater = (a: F, b: F) => less(b, a)
const larger = share(greater)
const smaller = share(less)

/** Gradients of elementwise ops; those of comparisons, logic and rounding are 0, so there are none. */
export const elementwiseGradients: GradientTable<
  | 'neg'
  | 'abs'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'tanh'
  | 'sigmoid'
  | 'erf'
  | 'sin'
  | 'cos'
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'max'
  | 'min'
  | 'select'
> = {
  neg: unary((g) => neg(g)),
  abs: unary((g, x) => mul(g, sign(x))),
  exp: unary((g, _, y) => mul(g, y)),
  log: unary((g, x) => div(g, x)),
  sqrt: unary((g, _, y) => div(mul(g, 0.5), y)),
  tanh: unary((g, _, y) => mul(g, sub(1, mul(y, y)))),
  sigmoid: unary((g, _, y) => mul(g, mul(y, sub(1, y)))),
  erf: unary((g, x) => mul(g, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  sin: unary((g, x) => mul(g, cos(x))),
  cos: unary((g, x) => neg(mul(g, sin(x)))),

  add: binary(
    (g) => g,
    (g) => g,
  ),
  sub: binary(
    (g) => g,
    (g) => neg(g),
  ),
  mul: binary(
    (g, _, b) => mul(g, b),
    (g, a) => mul(g, a),
  ),
  div: binary(
    (g, _, b) => div(g, b),
    (g, _, b, y) => neg(div(mul(g, y), b)),
  ),
  pow: binary(
    // x⁰ is constant, also at x = 0, where x^−1 would make 0 · Inf.
    (g, a, b) => select(equal(b, 0), 0, mul(g, mul(b, pow(a, sub(b, 1))))),
    // 0ᵇ does not change with b > 0, but log 0 is −Inf.
    (g, a, b, y) => select(and(equal(a, 0), not(less(b, 0))), 0, mul(g, mul(y, log(a)))),
  ),
  max: binary(larger, (g, a, b) => larger(g, b, a)),
  min: binary(smaller, (g, a, b) => smaller(g, b, a)),
  select: ({ inputs: [condition, a, b], gradients: [g], needs }) => {
    const chosen = condition as unknown as Tensor<'bool'>
    return [
      undefined,
      needs[1] ? unbroadcast(select<'float'>(chosen, g!, 0), a!) : undefined,
      needs[2] ? unbroadcast(select<'float'>(chosen, 0, g!), b!) : undefined,
    ]
  },
}
