import { expect, it } from 'vitest'
import { largestDifference } from './comparison.ts'

it('is the largest distance, and NaN is not small', () => {
  expect(largestDifference([1, 2, 3], [1, 2.5, 2])).toBe(1)
  expect(largestDifference([1, Number.NaN], [1, 2])).toBeNaN()
})
