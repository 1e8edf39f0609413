import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { exactMatch, tokenAccuracy, tokenErrorRate } from './token-metrics.ts'

const words = (...texts: string[]) => texts.map((text) => text.split(' ').filter((word) => word !== ''))

// Expected numbers below are counted by hand.
describe('tokenErrorRate', () => {
  it('is edits over reference tokens of the whole corpus', () => {
    const rate = tokenErrorRate(words('a b c', 'x'), [words('a c c d'), words('x')])
    expect(rate).toEqual({ rate: 2 / 5, edits: 2, referenceTokens: 5 })
  })

  it('takes the closest reference, of equals the longest', () => {
    expect(tokenErrorRate(words('a b'), [words('a c d', 'a c')])).toMatchObject({
      edits: 1,
      referenceTokens: 2,
    })
    expect(tokenErrorRate(words('a b'), [words('a', 'a b c')])).toMatchObject({
      edits: 1,
      referenceTokens: 3,
    })
    expect(tokenErrorRate(words('a b'), [words('a b c', 'a')])).toMatchObject({
      edits: 1,
      referenceTokens: 3,
    })
  })

  it('can be more than 1', () => {
    expect(tokenErrorRate(words('a b c'), [words('x')]).rate).toBe(3)
  })

  it('takes ids', () => {
    expect(tokenErrorRate([Int32Array.of(4, 5)], [[Int32Array.of(4, 6)]]).rate).toBe(1 / 2)
  })
})

describe('exactMatch', () => {
  it('counts hypotheses that equal any reference', () => {
    expect(
      exactMatch(words('a b', 'a', 'c d', ''), [words('x', 'a b'), words('a b'), words('d c'), words('')]),
    ).toBe(2 / 4)
  })
})

describe('tokenAccuracy', () => {
  it.each([
    ['a b c', ['a b c'], 1],
    ['a x c', ['a b c'], 2 / 3],
    ['a b', ['a b c'], 2 / 3],
    ['a b c d', ['a b c'], 1],
    ['x a b c', ['a b c'], 0],
    ['', ['a b'], 0],
    ['a b', ['a c d', 'x b'], 1 / 2],
    ['a b', ['a', 'a b'], 1],
    ['', ['a', ''], undefined],
  ])('of %o against %o', (hypothesis, references, expected) => {
    const accuracy = () => tokenAccuracy(words(hypothesis), [words(...references)])
    if (expected === undefined) expect(accuracy).toThrow(/nothing to divide by/)
    else expect(accuracy()).toBe(expected)
  })

  it('weighs examples by their reference tokens', () => {
    expect(tokenAccuracy(words('a', 'x'), [words('a b c'), words('x')])).toBe(2 / 4)
  })
})

it.each([tokenErrorRate, exactMatch, tokenAccuracy])('%o refuses what it cannot compare', (metric) => {
  expect(() => metric([], [])).toThrow(/no hypotheses/)
  expect(() => metric(words('a'), [])).toThrow(/1 hypotheses, but references for 0/)
  expect(() => metric(words('a', 'b'), [words('a'), []])).toThrow(/hypothesis 1 has no reference/)
  expect(() => metric([], [])).toThrow(DataError)
})

it.each([tokenErrorRate, tokenAccuracy])('%o refuses references that are all empty', (metric) => {
  expect(() => metric(words('a'), [words('')])).toThrow(/nothing to divide by/)
})
