import { describe, expect, it } from 'vitest'
import { ulpsApart } from '../../testing/compare.ts'
import { erf } from './erf.ts'

describe('erf', () => {
  it('is exact where it must be', () => {
    expect(Object.is(erf(0), 0)).toBe(true)
    expect(Object.is(erf(-0), -0)).toBe(true)
    expect(erf(Number.POSITIVE_INFINITY)).toBe(1)
    expect(erf(Number.NEGATIVE_INFINITY)).toBe(-1)
    expect(erf(Number.NaN)).toBeNaN()
    expect(erf(30)).toBe(1)
  })

  it('is odd', () => {
    for (let x = 0; x < 7; x += 1 / 64) expect(erf(-x)).toBe(-erf(x))
  })

  it('has the values of Abramowitz and Stegun 1964, table 7.1, to its ten digits', () => {
    expect(erf(0.5)).toBeCloseTo(0.5204998778, 10)
    expect(erf(1)).toBeCloseTo(0.8427007929, 10)
    expect(erf(1.5)).toBeCloseTo(0.9661051465, 10)
    expect(erf(2)).toBeCloseTo(0.995322265, 10)
  })

  it('joins its two formulas without a step', () => {
    const below = erf(1.75 - 2 ** -52)
    const above = erf(1.75)
    expect(ulpsApart(below, above)).toBeLessThanOrEqual(2)
  })

  it('near 0 is 2x/√π', () => {
    for (const x of [1e-9, 1e-100, 1e-307])
      expect(ulpsApart(erf(x), (2 / Math.sqrt(Math.PI)) * x)).toBeLessThan(2)
  })
})
