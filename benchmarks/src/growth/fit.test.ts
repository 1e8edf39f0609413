import { expect, test } from 'vitest'
import { exponentOf } from './fit.ts'

test('a power has its own exponent, whatever its factor', () => {
  const cubes = [1, 2, 5, 11].map((x) => ({ x, y: 7 * x ** 3 }))
  expect(exponentOf(cubes)).toBeCloseTo(3, 12)
})

test('what does not grow has the exponent 0', () => {
  expect(exponentOf([3, 30, 300].map((x) => ({ x, y: 4 })))).toBeCloseTo(0, 12)
})

test('the fit is that of least squares in the logarithms', () => {
  // log2: (0, 0), (1, 1), (2, 1): slope = Σ dx·dy / Σ dx² = (2/3 + 0 + 1/3) / 2 = 1/2.
  const points = [
    { x: 1, y: 1 },
    { x: 2, y: 2 },
    { x: 4, y: 2 },
  ]
  expect(exponentOf(points)).toBeCloseTo(0.5, 12)
})
