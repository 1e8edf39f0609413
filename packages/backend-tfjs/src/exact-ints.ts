import { UnsupportedOpError } from '@dragoman/core/backend'
import type { Device } from './device.ts'

/** Floats of 32 bits hold every int up to this one. */
const largestExact = 2 ** 24

/**
 * Throws UnsupportedOpError for an int that may be another number where ints are floats. Neither does one come in, nor
 * does a result go out that has been one: it would be wrong without a word.
 */
export function expectExactInts({ backendName }: Device, op: string, data: ArrayLike<number>): void {
  for (let i = 0; i < data.length; i++) {
    if (Math.abs(data[i]!) <= largestExact) continue
    throw new UnsupportedOpError({
      backend: `tfjs-${backendName}`,
      op,
      problem: `it computes ints as 32-bit floats, which cannot hold ${data[i]} for sure`,
      hint: 'ints up to 2^24 are exact here; use another backend for larger ones',
    })
  }
}
