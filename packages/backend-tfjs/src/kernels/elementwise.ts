import type { ElementwiseName } from '@dragoman/core/backend'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import { castTo } from './cast.ts'
import { divideInts, multiplyInts } from './int-arithmetic.ts'
import type { Kernel, KernelsOf } from './kernel.ts'
import { sine } from './sine.ts'

type Unary = (x: TfTensor) => TfTensor
type Binary = (a: TfTensor, b: TfTensor, shape: readonly number[]) => TfTensor

function unary(float: Unary, int: Unary = float): Kernel<'neg'> {
  return ([x]) => (x!.kind === 'int' ? int : float)(x!.handle)
}

function binary(float: Binary, int: Binary = float): Kernel<'add'> {
  return ([a, b], _, { shape }) => (a!.kind === 'int' ? int : float)(a!.handle, b!.handle, shape)
}

/** Kernels that treat each element alone. */
export function elementwise(ops: Ops): KernelsOf<ElementwiseName> {
  const one = (kernelName: string): Unary => {
    return (x) => ops.unary(kernelName, x)
  }
  const two = (kernelName: string): Binary => {
    return (a, b) => ops.binary(kernelName, a, b)
  }
  const spread = (kernelName: string): Binary => {
    return (a, b, shape) => ops.spread(kernelName, a, b, shape)
  }
  // Neg goes through floats on some backends.
  const negateInts: Unary = (x) => ops.sub(ops.scalar(0, 'int'), x)
  return {
    neg: unary(one('Neg'), negateInts),
    abs: unary(one('Abs'), (x) => ops.binary('Maximum', x, negateInts(x))),
    sign: unary((x) => signOfFloats(ops, x), one('Sign')),
    floor: unary(one('Floor')),
    exp: unary(one('Exp')),
    log: unary((x) => logarithm(ops, x)),
    sqrt: unary(one('Sqrt')),
    tanh: unary(one('Tanh')),
    sigmoid: unary(one('Sigmoid')),
    erf: unary(one('Erf')),
    sin: unary(ops.traits.exactSine ? one('Sin') : (x) => sine(ops, x, 0)),
    cos: unary(ops.traits.exactSine ? one('Cos') : (x) => sine(ops, x, 1)),
    not: unary(one('LogicalNot')),
    cast: ([x], { kind }) => castTo(ops, x!.handle, kind),

    add: binary(two('Add')),
    sub: binary(two('Sub')),
    mul: binary(two('Multiply'), (a, b) => multiplyInts(ops, a, b)),
    div: binary(
      (a, b, shape) => quotient(ops, a, b, shape),
      (a, b) => divideInts(ops, a, b),
    ),
    pow: binary((a, b, shape) => power(ops, a, b, shape)),
    max: binary((a, b, shape) => extreme(ops, 'Maximum', a, b, shape), two('Maximum')),
    min: binary((a, b, shape) => extreme(ops, 'Minimum', a, b, shape), two('Minimum')),
    equal: binary(spread('Equal')),
    less: binary(spread('Less')),
    lessEqual: binary(spread('LessEqual')),
    and: binary(spread('LogicalAnd')),
    or: binary(spread('LogicalOr')),
    select: ([condition, yes, no], _, { kind, shape }) => {
      const choose = kind === 'bool' ? chooseBools : chooseNumbers
      return choose(ops, condition!.handle, yes!.handle, no!.handle, shape)
    },
  }
}

/** Sign gives 0 for NaN, and on some backends for the smallest numbers. */
function signOfFloats(ops: Ops, x: TfTensor): TfTensor {
  const zero = ops.scalar(0)
  const is = (kernelName: string) => ops.cast(ops.binary(kernelName, x, zero), 'float')
  return ops.where(ops.isNaN(x), x, ops.sub(is('Greater'), is('Less')), x.shape)
}

type Choose = (
  ops: Ops,
  condition: TfTensor,
  yes: TfTensor,
  no: TfTensor,
  shape: readonly number[],
) => TfTensor

const chooseNumbers: Choose = (ops, condition, yes, no, shape) => ops.where(condition, yes, no, shape)

/** Select of the wasm backend treats bools as floats. */
const chooseBools: Choose = (ops, condition, yes, no, shape) => {
  const chosen = ops.spread('LogicalAnd', condition, yes, shape)
  const rest = ops.spread('LogicalAnd', ops.unary('LogicalNot', condition), no, shape)
  return ops.binary('LogicalOr', chosen, rest)
}

function extreme(
  ops: Ops,
  kernelName: 'Maximum' | 'Minimum',
  a: TfTensor,
  b: TfTensor,
  shape: readonly number[],
): TfTensor {
  const found = ops.spread(kernelName, a, b, shape)
  if (ops.traits.maximumKeepsNaN) return found
  return ops.where(ops.isNaN(b), b, ops.where(ops.isNaN(a), a, found, shape), shape)
}

function logarithm(ops: Ops, x: TfTensor): TfTensor {
  const found = ops.unary('Log', x)
  if (ops.traits.logReachesInfinity) return found
  const isZero = ops.binary('Equal', x, ops.scalar(0))
  return ops.where(isZero, ops.scalar(Number.NEGATIVE_INFINITY), found, x.shape)
}

/** Some backends take x / x for 1, whatever x is. */
function quotient(ops: Ops, a: TfTensor, b: TfTensor, shape: readonly number[]): TfTensor {
  const found = ops.div(a, b)
  if (ops.traits.quotientKeepsNaN) return found
  const isInfinite = ops.binary('Equal', ops.unary('Abs', b), ops.scalar(Number.POSITIVE_INFINITY))
  const isLimit = ops.binary('LogicalOr', ops.binary('Equal', b, ops.scalar(0)), isInfinite)
  const isSame = ops.binary('Equal', ops.unary('Abs', a), ops.unary('Abs', b))
  return ops.where(ops.binary('LogicalAnd', isSame, isLimit), ops.scalar(Number.NaN), found, shape)
}

/** As in C, 1 to any power is 1, and (−1) to an infinite power is 1. */
function power(ops: Ops, base: TfTensor, exponent: TfTensor, shape: readonly number[]): TfTensor {
  const found = powerWithNaN(ops, base, exponent, shape)
  if (ops.traits.powerOfOneIsOne && ops.traits.powerReachesLimits) return found
  const isInfinite = ops.binary('Equal', ops.unary('Abs', exponent), ops.scalar(Number.POSITIVE_INFINITY))
  const isMinusOne = ops.binary('Equal', base, ops.scalar(-1))
  const alternates = ops.binary('LogicalAnd', isMinusOne, isInfinite)
  const isOne = ops.binary('LogicalOr', ops.binary('Equal', base, ops.scalar(1)), alternates)
  return ops.where(isOne, ops.scalar(1), found, shape)
}

/** NaN where an operand is NaN, but for NaN to the power of 0. */
function powerWithNaN(ops: Ops, base: TfTensor, exponent: TfTensor, shape: readonly number[]): TfTensor {
  if (ops.traits.powerReachesLimits) return ops.spread('Pow', base, exponent, shape)
  // An infinite power has no sign of its own, but where it is found by multiplying.
  const isInfinite = ops.binary('Equal', ops.unary('Abs', exponent), ops.scalar(Number.POSITIVE_INFINITY))
  const magnitude = ops.where(isInfinite, ops.unary('Abs', base), base, shape)
  const found = ops.spread('Pow', magnitude, exponent, shape)
  const isPower = ops.binary('NotEqual', exponent, ops.scalar(0))
  const isLost = ops.binary('LogicalAnd', ops.isNaN(base), isPower)
  const hasNaN = ops.binary('LogicalOr', isLost, ops.isNaN(exponent))
  return ops.where(hasNaN, ops.scalar(Number.NaN), found, shape)
}
