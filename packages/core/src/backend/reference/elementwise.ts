import type { Kind } from '../../graph/graph.ts'
import type { ElementwiseName } from '../../graph/ops.ts'
import { allocate, type Elements, type Kernel, type KernelsOf, type Operand } from './elements.ts'
import { erf } from './erf.ts'
import { broadcastTo } from './strided.ts'

type Unary = (x: number) => number
type Binary = (left: number, right: number) => number

/** int results wrap by being stored as Int32Array; `int` is given where that alone is not the rule. */
function unary(float: Unary, int: Unary = float): Kernel<'neg'> {
  return ([x], _, output) => {
    const f = x!.kind === 'float' ? float : int
    const result = allocate(output)
    const { handle } = x!
    for (let i = 0; i < result.length; i++) result[i] = f(handle[i]!)
    return result
  }
}

function binary(float: Binary, int: Binary = float): Kernel<'add'> {
  return (inputs, _, output) => {
    const f = inputs[0]!.kind === 'float' ? float : int
    const [left, right] = inputs.map((input) => spread(input, output.shape)) as [Elements, Elements]
    const result = allocate(output)
    for (let i = 0; i < result.length; i++) result[i] = f(left[i]!, right[i]!)
    return result
  }
}

function spread({ handle, shape }: Operand, target: readonly number[]): Elements {
  return broadcastTo(handle, shape, target)
}

/** IEEE 754 and C, unlike ECMAScript: 1 to any power is 1, and (−1) to an infinite power is 1. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1
  return base ** exponent
}

const smallest = -(2 ** 31)
const largest = 2 ** 31 - 1

function convert(x: number, from: Kind, to: Kind): number {
  if (to === 'bool') return x !== 0 ? 1 : 0
  if (to === 'float' || from !== 'float') return x
  return Number.isNaN(x) ? 0 : Math.min(largest, Math.max(smallest, Math.trunc(x)))
}

const cast: Kernel<'cast'> = ([x], { kind }, output) => {
  const { handle, kind: from } = x!
  const result = allocate(output)
  for (let i = 0; i < result.length; i++) result[i] = convert(handle[i]!, from, kind)
  return result
}

const select: Kernel<'select'> = (inputs, _, output) => {
  const [condition, yes, no] = inputs.map((input) => spread(input, output.shape)) as [
    Elements,
    Elements,
    Elements,
  ]
  const result = allocate(output)
  for (let i = 0; i < result.length; i++) result[i] = condition[i] ? yes[i]! : no[i]!
  return result
}

/** Kernels that treat each element alone. */
export const elementwise: KernelsOf<ElementwiseName> = {
  neg: unary((x) => -x),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  floor: unary(Math.floor),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  tanh: unary(Math.tanh),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  erf: unary(erf),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  not: unary((x) => 1 - x),
  cast,

  add: binary((left, right) => left + right),
  sub: binary((left, right) => left - right),
  mul: binary((left, right) => left * right, Math.imul),
  div: binary(
    (left, right) => left / right,
    (left, right) => (right === 0 ? 0 : Math.trunc(left / right)),
  ),
  pow: binary(power),
  max: binary(Math.max),
  min: binary(Math.min),
  equal: binary((left, right) => (left === right ? 1 : 0)),
  less: binary((left, right) => (left < right ? 1 : 0)),
  lessEqual: binary((left, right) => (left <= right ? 1 : 0)),
  and: binary((left, right) => left & right),
  or: binary((left, right) => left | right),
  select,
}
