import type { Attributes, ElementwiseName } from '@dragoman/core/backend'
import type { DataType } from '../protobuf/onnx.ts'
import type { Builder } from './builder.ts'
import type { Emitter, Emitters } from './emitter.ts'
import { typeOf } from './literals.ts'
import { sine } from './sine.ts'
import type { Value } from './value.ts'
import { jointShape } from './value.ts'

/** An operator that broadcasts, on operands that are not yet broadcast: the result is no larger than it must be. */
export function broadcasting(
  b: Builder,
  op: string,
  inputs: readonly Value[],
  type: DataType = inputs[0]!.type,
): Value {
  const compact = inputs.map((input) => input.compact ?? input)
  const whole = fullShape(inputs)
  const result = b.node(op, compact, { type, shape: jointShape(compact, whole) })
  return b.spread(result, whole)
}

/** The shape of the operands together; each axis has one size other than 1 at most. */
function fullShape(inputs: readonly Value[]): (number | string)[] {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const dims = inputs.map(({ shape }) => shape[axis - rank + shape.length] ?? 1)
    return dims.find((dim) => dim !== 1) ?? 1
  })
}

function same(op: string): Emitter<Attributes<'add'>> {
  return (b, inputs) => broadcasting(b, op, inputs)
}

function comparison(op: string): Emitter<Attributes<'less'>> {
  return (b, inputs) => broadcasting(b, op, inputs, 'bool')
}

export function whereNaN(b: Builder, x: Value): Value {
  return broadcasting(b, 'IsNaN', [x], 'bool')
}

/** condition ? yes : no; ONNX Runtime has Where for float, int32, int64 and uint8. */
export function where(b: Builder, condition: Value, yes: Value, no: Value): Value {
  if (yes.type !== 'bool') return broadcasting(b, 'Where', [condition, yes, no], yes.type)
  const kept = broadcasting(b, 'And', [condition, yes])
  return broadcasting(b, 'Or', [kept, broadcasting(b, 'And', [broadcasting(b, 'Not', [condition]), no])])
}

/** A GPU may give a number for NaN. */
function keepingNaN(b: Builder, op: string, x: Value): Value {
  const result = broadcasting(b, op, [x])
  return b.hasLooseMath ? where(b, whereNaN(b, x), x, result) : result
}

/** The operator Exp; NaN of NaN. */
export function exp(b: Builder, x: Value): Value {
  return keepingNaN(b, 'Exp', x)
}

/** The operator Log; a GPU may give the logarithm of |x|, and a number for 0. */
export function log(b: Builder, x: Value): Value {
  const result = broadcasting(b, 'Log', [x])
  if (!b.hasLooseMath) return result
  const zero = b.scalar('float', 0)
  const isPositive = broadcasting(b, 'Greater', [x, zero], 'bool')
  const isZero = broadcasting(b, 'Equal', [x, zero], 'bool')
  const beyond = where(b, isZero, b.scalar('float', -Infinity), b.scalar('float', Number.NaN))
  return where(b, isPositive, result, beyond)
}

/**
 * A GPU may give a number where an operand is NaN, and a sign to an infinite power of −∞. As in C, 1 to any power is 1,
 * and so is anything to the power of 0.
 */
const pow: Emitter<Attributes<'pow'>> = (b, [given, exponent]) => {
  if (!b.hasLooseMath) return broadcasting(b, 'Pow', [given!, exponent!])
  const infinity = b.scalar('float', Number.POSITIVE_INFINITY)
  const isInfinite = broadcasting(b, 'Equal', [broadcasting(b, 'Abs', [exponent!]), infinity], 'bool')
  const base = where(b, isInfinite, broadcasting(b, 'Abs', [given!]), given!)
  const result = broadcasting(b, 'Pow', [base, exponent!])
  const isOne = broadcasting(b, 'Equal', [base, b.scalar('float', 1)], 'bool')
  const isZero = broadcasting(b, 'Equal', [exponent!, b.scalar('float', 0)], 'bool')
  const hasNaN = broadcasting(b, 'Or', [whereNaN(b, base), whereNaN(b, exponent!)], 'bool')
  const found = where(b, hasNaN, b.scalar('float', Number.NaN), result)
  return where(b, broadcasting(b, 'Or', [isOne, isZero], 'bool'), b.scalar('float', 1), found)
}

/** The operator gives 1 for NaN. */
const sign: Emitter<Attributes<'sign'>> = (b, [x]) => {
  const result = broadcasting(b, 'Sign', [x!])
  return x!.type === 'float' ? where(b, whereNaN(b, x!), x!, result) : result
}

/** Division of ints by 0, and of the smallest by −1, would end the process. */
const div: Emitter<Attributes<'div'>> = (b, [left, right]) => {
  if (left!.type === 'float' || isHarmless(right!)) return broadcasting(b, 'Div', [left!, right!])
  const zero = b.scalar('int32', 0)
  const isZero = broadcasting(b, 'Equal', [right!, zero], 'bool')
  const divisor = where(b, isZero, b.scalar('int32', 1), right!)
  const wide = broadcasting(b, 'Div', [b.cast(left!, 'int64'), b.cast(divisor, 'int64')])
  return where(b, isZero, zero, b.cast(wide, 'int32'))
}

function isHarmless(divisor: Value): boolean {
  return (divisor.compact ?? divisor).literal?.every((x) => x !== 0 && x !== -1) ?? false
}

const limit = 2 ** 31
const largestFloatBelow = limit - 128

/** What the operator Cast does with NaN and with numbers that do not fit depends on the machine. */
function truncate(b: Builder, x: Value): Value {
  const number = where(b, whereNaN(b, x), b.scalar('float', 0), x)
  const limits = [b.scalar('float', -limit), b.scalar('float', largestFloatBelow)]
  const clipped = broadcasting(b, 'Clip', [number, ...limits])
  const isAbove = broadcasting(b, 'GreaterOrEqual', [x, b.scalar('float', limit)], 'bool')
  return where(b, isAbove, b.scalar('int32', limit - 1), b.cast(clipped, 'int32'))
}

const cast: Emitter<Attributes<'cast'>> = (b, [x], { kind }) =>
  x!.type === 'float' && kind === 'int' ? truncate(b, x!) : b.cast(x!, typeOf[kind])

/** Ops that treat each element alone. */
export const elementwise: Emitters<ElementwiseName> = {
  neg: same('Neg'),
  abs: same('Abs'),
  sign,
  floor: same('Floor'),
  exp: (b, [x]) => exp(b, x!),
  log: (b, [x]) => log(b, x!),
  sqrt: same('Sqrt'),
  tanh: same('Tanh'),
  sigmoid: (b, [x]) => keepingNaN(b, 'Sigmoid', x!),
  erf: same('Erf'),
  sin: (b, [x]) => (b.hasLooseMath ? sine(b, x!, 0) : broadcasting(b, 'Sin', [x!])),
  cos: (b, [x]) => (b.hasLooseMath ? sine(b, x!, 1) : broadcasting(b, 'Cos', [x!])),
  not: same('Not'),
  cast,

  add: same('Add'),
  sub: same('Sub'),
  mul: same('Mul'),
  div,
  pow,
  max: same('Max'),
  min: same('Min'),
  equal: comparison('Equal'),
  less: comparison('Less'),
  lessEqual: comparison('LessOrEqual'),
  and: same('And'),
  or: same('Or'),
  select: (b, [condition, yes, no]) => where(b, condition!, yes!, no!),
}
