import { expect } from 'vitest'

/** Uniform numbers in [low, high), the same for the same seed (a 32-bit xorshift). */
export function uniform(seed: number, n: number, low = -1, high = 1): Float32Array {
  let state = (seed * 2654435761 + 1) >>> 0 || 1
  return Float32Array.from({ length: n }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state = (state ^ (state << 5)) >>> 0
    return low + (state / 2 ** 32) * (high - low)
  })
}

/** Integers from low to high - 1. */
export function integers(seed: number, n: number, low: number, high: number): Int32Array {
  return Int32Array.from(
    uniform(seed, n, 0, 1),
    (x) => low + Math.min(high - low - 1, Math.floor(x * (high - low))),
  )
}

const bits = new DataView(new ArrayBuffer(4))

function order(x: number): number {
  bits.setFloat32(0, x)
  const word = bits.getInt32(0)
  return word < 0 ? -(word & 0x7fffffff) : word
}

/** Floats between a and b, which are both rounded to float first. NaN is near NaN only. */
export function ulps(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b))
    return Number.isNaN(a) && Number.isNaN(b) ? 0 : Number.POSITIVE_INFINITY
  return Math.abs(order(a) - order(b))
}

export interface Tolerance {
  /** |a - e| ≤ absolute + relative · |e|; NaN and infinities must be equal. */
  readonly absolute?: number
  readonly relative?: number
}

/** Fails with the first element that is too far from what is expected. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute = 0, relative = 0 }: Tolerance,
): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!
    const e = expected[i]!
    if (Object.is(a, e) || a === e) continue
    if (Math.abs(a - e) <= absolute + relative * Math.abs(e) && Number.isFinite(e)) continue
    expect.fail(`element ${i}: got ${a}, expected ${e} (absolute ${absolute}, relative ${relative})`)
  }
}
