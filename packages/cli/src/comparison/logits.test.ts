import { describe, expect, test } from 'vitest'
import { idAt, largestDifference, marginAt, type TargetLogits } from './logits.ts'

function logits(...values: number[]): TargetLogits {
  return { data: Float32Array.from(values), vocabularySize: 2 }
}

describe('the largest difference', () => {
  test.each([
    [[1, 2, 3, 4], [1, 2.5, 2, 4], 1],
    [[1, 2], [1, 2], 0],
    [[Number.NEGATIVE_INFINITY, 2], [Number.NEGATIVE_INFINITY, 2.25], 0.25],
    [[Number.NaN, 2], [Number.NaN, 2], 0],
    [[Number.NaN, 2], [1, 2], Number.NaN],
    [[1, 2], [Number.POSITIVE_INFINITY, 2], Number.POSITIVE_INFINITY],
  ])('of %j and %j is %f', (left, right, expected) => {
    expect(largestDifference(logits(...left), logits(...right))).toBe(expected)
  })
})

test('a margin is between two tokens of one step', () => {
  expect(marginAt(logits(1, 2, 5, 8), 1, 1, 0)).toBe(3)
})

test('after its last token a target says <eos>', () => {
  expect([0, 1].map((step) => idAt(Int32Array.of(7), step))).toEqual([7, 3])
})
