import { expect, it } from 'vitest'
import { bfloat16ToFloat32, float16ToFloat32 } from './half.ts'

it.each([
  // Bit patterns of IEEE 754 binary16: zeros, one, largest, least normal, least subnormal, infinities, NaN.
  [0x0000, 0],
  [0x8000, -0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x7bff, 65504],
  [0x0400, 2 ** -14],
  [0x0001, 2 ** -24],
  [0x83ff, -1023 * 2 ** -24],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0xfc00, Number.NEGATIVE_INFINITY],
  [0x7e00, Number.NaN],
])('float16 %o', (bits, value) => {
  expect(float16ToFloat32(Uint16Array.of(bits))[0]).toBe(value)
})

it.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x3f80, 1],
  [0x4049, 3.140625],
  [0x0001, 2 ** -133],
  [0x7f80, Number.POSITIVE_INFINITY],
  [0xffc0, Number.NaN],
])('bfloat16 %o', (bits, value) => {
  expect(bfloat16ToFloat32(Uint16Array.of(bits))[0]).toBe(value)
})
