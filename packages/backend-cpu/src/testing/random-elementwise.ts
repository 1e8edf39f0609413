import {
  abs,
  add,
  and,
  cast,
  cos,
  div,
  equal,
  erf,
  exp,
  floor,
  less,
  lessEqual,
  log,
  max,
  min,
  mul,
  neg,
  not,
  or,
  pow,
  select,
  sigmoid,
  sign,
  sin,
  sqrt,
  sub,
  type Tensor,
  tanh,
} from '@dragoman/core'
import { type Builder, floatOf, type Known } from './graph-builder.ts'

const same = (x: number): number => x
const one = (): number => 1

/** Functions of one float, with the magnitude of their result. */
const unaries: readonly [(x: Tensor<'float'>) => Tensor<'float'>, (magnitude: number) => number][] = [
  [neg, same],
  [abs, same],
  [(x) => exp(min(x, 1)), () => 3],
  [(x) => log(add(abs(x), 0.5)), (m) => Math.max(1, m)],
  [(x) => sqrt(add(abs(x), 0.25)), (m) => 1 + m],
  [tanh, one],
  [sigmoid, one],
  [erf, one],
  [sin, one],
  [cos, one],
  [(x) => div(x, add(abs(x), 1)), one],
  [(x) => pow(add(abs(x), 0.5), 0.5), (m) => 1 + m],
]

export function unary(builder: Builder): Known | undefined {
  const x = builder.float()
  if (!x) return undefined
  const [apply, magnitude] = builder.random.pick(unaries)
  return floatOf(apply(x.tensor), magnitude(x.magnitude))
}

export function arithmetic(builder: Builder): Known | undefined {
  const kind = builder.random.pick(['float', 'float', 'float', 'int'] as const)
  const x = builder.any((value) => value.tensor.kind === kind)
  if (!x) return undefined
  const y = builder.partner(kind, x.tensor.shape)
  const [left, right] = (builder.random.chance(0.5) ? [x, y] : [y, x]) as [Known<'float'>, Known<'float'>]
  const sum = left.magnitude + right.magnitude
  const choices: (() => Known)[] = [
    () => floatOf(add(left.tensor, right.tensor), sum, kind === 'int'),
    () => floatOf(sub(left.tensor, right.tensor), sum, kind === 'int'),
    () => floatOf(mul(left.tensor, right.tensor), left.magnitude * right.magnitude, kind === 'int'),
    () => floatOf(max(left.tensor, right.tensor), sum, left.isExact && right.isExact),
    () => floatOf(min(left.tensor, right.tensor), sum, left.isExact && right.isExact),
  ]
  if (kind === 'int') choices.push(() => floatOf(div(left.tensor, right.tensor), sum, true))
  return builder.random.pick(choices)()
}

export function comparison(builder: Builder): Known | undefined {
  const x = builder.any((value) => value.tensor.kind !== 'bool' && value.isExact)
  if (!x) return undefined
  const y = builder.partner(x.tensor.kind, x.tensor.shape, (value) => value.isExact)
  const compare = builder.random.pick([equal, less, lessEqual])
  return {
    tensor: compare(x.tensor as Tensor<'int'>, y.tensor as Tensor<'int'>),
    magnitude: 1,
    isExact: true,
  }
}

export function logic(builder: Builder): Known | undefined {
  const x = builder.any((value) => value.tensor.kind === 'bool')
  if (!x) return undefined
  const tensor = x.tensor as Tensor<'bool'>
  if (builder.random.chance(0.3)) return { tensor: not(tensor), magnitude: 1, isExact: true }
  const y = builder.partner('bool', tensor.shape)
  return { tensor: builder.random.pick([and, or])(tensor, y.tensor), magnitude: 1, isExact: true }
}

export function choice(builder: Builder): Known | undefined {
  const x = builder.any((value) => value.tensor.kind !== 'bool')
  if (!x) return undefined
  const condition = builder.partner('bool', x.tensor.shape)
  const y = builder.partner(x.tensor.kind, x.tensor.shape)
  const tensor = select(condition.tensor, x.tensor, y.tensor)
  return { tensor, magnitude: Math.max(x.magnitude, y.magnitude), isExact: x.isExact && y.isExact }
}

export function conversion(builder: Builder): Known | undefined {
  const { random } = builder
  const x = builder.any((value) => value.isExact)
  if (!x) return undefined
  const kind = random.pick(['float', 'int', 'bool'] as const)
  const tensor =
    random.chance(0.2) && x.tensor.kind === 'float' ? floor(x.tensor as Tensor<'float'>) : x.tensor
  return { tensor: cast(tensor, kind), magnitude: x.magnitude + 1, isExact: true }
}

export function rounding(builder: Builder): Known | undefined {
  const x = builder.any((value) => value.isExact && value.tensor.kind !== 'bool')
  if (!x) return undefined
  const apply = builder.random.pick([sign, abs, neg]) as (x: Tensor<'int'>) => Tensor
  return { ...x, tensor: apply(x.tensor as Tensor<'int'>), magnitude: x.magnitude + 1 }
}
