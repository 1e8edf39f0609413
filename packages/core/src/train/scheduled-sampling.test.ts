import { describe, expect, test } from 'vitest'
import { drawTeacher, teacherProbability } from './scheduled-sampling.ts'

// By hand from the formulas of Bengio et al. 2015, section 2.4.
test('the probability of the true token', () => {
  expect([0, 9].map(teacherProbability({ type: 'constant', k: 0.7 }))).toEqual([0.7, 0.7])
  const linear = teacherProbability({ type: 'linear', k: 1, c: 0.25, minimum: 0.4 })
  expect([0, 1, 2, 3, 99].map(linear)).toEqual([1, 0.75, 0.5, 0.4, 0.4])
  expect([0, 1, 2].map(teacherProbability({ type: 'exponential', k: 0.5 }))).toEqual([1, 0.5, 0.25])
  const sigmoid = teacherProbability({ type: 'inverse-sigmoid', k: 10 })
  expect(sigmoid(0)).toBeCloseTo(10 / 11, 12)
  expect(sigmoid(10)).toBeCloseTo(10 / (10 + Math.E), 12)
  // e^(i/k) passes the largest float: the probability is 0, not NaN.
  expect(sigmoid(1e6)).toBe(0)
})

describe('draws', () => {
  test('the first token is always the true one; the others as likely as asked for', () => {
    const [rows, length] = [400, 50]
    const drawn = drawTeacher(5, 3, rows, length, 0.3)
    let trueTokens = 0
    for (let row = 0; row < rows; row++) {
      expect(drawn[row * length]).toBe(1)
      for (let i = 1; i < length; i++) trueTokens += drawn[row * length + i]!
    }
    // 19,600 draws: the standard deviation of their mean is 0.0033.
    expect(Math.abs(trueTokens / (rows * (length - 1)) - 0.3)).toBeLessThan(0.015)
    expect([...drawTeacher(5, 3, 4, 6, 1)]).toEqual(Array(24).fill(1))
    expect(drawTeacher(5, 3, 4, 6, 0).reduce((sum, x) => sum + x, 0)).toBe(4)
  })

  test('depend on the seed and the step alone', () => {
    const draw = (seed: number, step: number) => drawTeacher(seed, step, 8, 9, 0.5).join('')
    expect(draw(1, 1)).toBe(draw(1, 1))
    expect(new Set([draw(1, 1), draw(1, 2), draw(2, 1), draw(1 + 2 ** 32, 1)]).size).toBe(4)
  })
})
