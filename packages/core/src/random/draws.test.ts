import { expect, it } from 'vitest'
import { boundedInteger, boxMullerRadius } from './draws.ts'

it('boxMullerRadius is finite for every word', () => {
  expect(boxMullerRadius(0)).toBeCloseTo(Math.sqrt(64 * Math.LN2), 12)
  expect(Math.abs(boxMullerRadius(2 ** 32 - 1))).toBe(0)
})

it.each([
  // 2^32 = 3 · 1431655765 + 1, so the last word alone has no place in whole rounds of 3.
  [3, [2 ** 32 - 1, 2 ** 32 - 1, 5], 2],
  [3, [2 ** 32 - 2], 2],
  [2 ** 31 + 1, [2 ** 31 + 1, 7], 7],
  [1, [9], 0],
  [2 ** 16, [2 ** 32 - 1], 2 ** 16 - 1],
])('boundedInteger(%i) of the words %o', (bound, words, expected) => {
  const left = [...words]
  expect(boundedInteger(bound, () => left.shift() as number)).toBe(expected)
  expect(left).toEqual([])
})
