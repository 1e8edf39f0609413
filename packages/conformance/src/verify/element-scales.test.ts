import { expect, test } from 'vitest'
import { elementScales, usualSize } from './element-scales.ts'

test('the usual size is the largest, unless that is out of all proportion', () => {
  expect(usualSize([0, -4, 1, 2])).toBe(4)
  expect(usualSize([0, 0, 0, -4, 1, 2])).toBe(4)
  expect(usualSize([1, 2, 3, 3e38])).toBe(2000)
  expect(usualSize([1, Number.NaN, Number.NEGATIVE_INFINITY])).toBe(1)
  expect(usualSize([0, Number.NaN])).toBe(0)
  expect(usualSize([])).toBe(0)
})

test('an element is measured by the usual size, or its own', () => {
  expect([...elementScales(Float32Array.of(1, -4, 0), 0.5)]).toEqual([4.5, 4.5, 4.5])
  expect([...elementScales(Float64Array.of(1, 2, 3, 3e38), 1)]).toEqual([2001, 2001, 2001, 3e38])
})
