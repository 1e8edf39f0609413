import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'

/** The product of ints, wrapped at 32 bits. */
export function multiplyInts(ops: Ops, a: TfTensor, b: TfTensor): TfTensor {
  if (ops.traits.exactIntProducts || !ops.traits.exactInts) return ops.mul(a, b)
  // A product of doubles loses bits beyond 2^53, so it is made of two that do not: a · (high · 2^16 + low).
  const low = ops.binary('BitwiseAnd', b, ops.scalar(0xffff, 'int'))
  const high = ops.div(ops.sub(b, low), ops.scalar(2 ** 16, 'int'))
  return ops.add(ops.mul(ops.mul(a, high), ops.scalar(2 ** 16, 'int')), ops.mul(a, low))
}

/** The quotient of ints, truncated; by 0 it is 0. */
export function divideInts(ops: Ops, a: TfTensor, b: TfTensor): TfTensor {
  const int = (value: number) => ops.scalar(value, 'int')
  const isZero = ops.binary('Equal', b, int(0))
  const isMinusOne = ops.binary('Equal', b, int(-1))
  // WASM traps on x / 0 and on −2^31 / −1: both go through x / 1, times 0 or −1.
  const isSpecial = ops.binary('LogicalOr', isZero, isMinusOne)
  const divisor = ops.where(isSpecial, int(1), b, b.shape)
  const factor = ops.where(isZero, int(0), ops.where(isMinusOne, int(-1), int(1), b.shape), b.shape)
  const quotient = ops.traits.exactIntQuotients ? ops.div(a, divisor) : truncatedQuotient(ops, a, divisor)
  return ops.mul(quotient, factor)
}

/** FloorDiv rounds down: where it leaves a rest and the signs differ, truncation is one more. */
function truncatedQuotient(ops: Ops, a: TfTensor, b: TfTensor): TfTensor {
  const zero = ops.scalar(0, 'int')
  const quotient = ops.binary('FloorDiv', a, b)
  const rest = ops.sub(a, ops.mul(quotient, b))
  const differ = ops.binary('NotEqual', ops.binary('Less', a, zero), ops.binary('Less', b, zero))
  const isBelow = ops.binary('LogicalAnd', differ, ops.binary('NotEqual', rest, zero))
  return ops.add(quotient, ops.cast(isBelow, 'int'))
}
