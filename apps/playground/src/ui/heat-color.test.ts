import { expect, it } from 'vitest'
import { heatColor, largestOf } from './heat-color.ts'

it('goes from the ground to one colour for each sign', () => {
  expect(heatColor(0, 2, [255, 255, 255])).toEqual([255, 255, 255])
  expect(heatColor(2, 2, [255, 255, 255])).toEqual([0, 114, 178])
  expect(heatColor(-2, 2, [0, 0, 0])).toEqual([213, 94, 0])
  expect(heatColor(5, 2, [9, 9, 9])).toEqual(heatColor(2, 2, [9, 9, 9]))
})

it('bears a map of zeros, NaN and infinity', () => {
  expect(heatColor(0, 0, [1, 2, 3])).toEqual([1, 2, 3])
  expect(heatColor(Number.NaN, 1, [1, 2, 3])).toEqual([1, 2, 3])
  expect(largestOf([Number.NaN, -3, Number.POSITIVE_INFINITY, 2])).toBe(3)
})
