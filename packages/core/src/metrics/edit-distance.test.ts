import { describe, expect, it } from 'vitest'
import { RandomStream } from '../random/index.ts'
import { editDistance, longestCommonSubsequence } from './edit-distance.ts'

/** Both by their recursive definitions, for short sequences. */
function slowDistance(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length
  const [x, ...restA] = a
  const [y, ...restB] = b
  if (x === y) return slowDistance(restA, restB)
  return 1 + Math.min(slowDistance(restA, restB), slowDistance(restA, b), slowDistance(a, restB))
}

function slowCommon(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) return 0
  const [x, ...restA] = a
  const [y, ...restB] = b
  if (x === y) return 1 + slowCommon(restA, restB)
  return Math.max(slowCommon(restA, b), slowCommon(a, restB))
}

function draw(seed: number): [number[], number[]] {
  const words = [...new RandomStream(seed).words(new Uint32Array(14), { step: 0, site: 0 })]
  const [lengthA = 0, lengthB = 0, ...rest] = words
  const values = rest.map((word) => word % 3)
  return [values.slice(0, lengthA % 7), values.slice(6, 6 + (lengthB % 7))]
}

describe('editDistance', () => {
  it.each([
    // The textbook pair, and the ends.
    ['kitten', 'sitting', 3],
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'cab', 2],
  ])('of %o and %o is %i', (left, right, distance) => {
    expect(editDistance(Array.from(left), Array.from(right))).toBe(distance)
    expect(editDistance(Array.from(right), Array.from(left))).toBe(distance)
  })

  it('equals its recursive definition (200 random pairs)', () => {
    for (let seed = 0; seed < 200; seed++) {
      const [a, b] = draw(seed)
      expect(editDistance(a, b), `seed ${seed}: ${a} | ${b}`).toBe(slowDistance(a, b))
    }
  })

  it('takes ids in typed arrays', () => {
    expect(editDistance(Int32Array.of(1, 2, 3), Int32Array.of(1, 3))).toBe(1)
  })
})

it('longestCommonSubsequence equals its recursive definition (200 random pairs)', () => {
  for (let seed = 0; seed < 200; seed++) {
    const [a, b] = draw(seed)
    expect(longestCommonSubsequence(a, b), `seed ${seed}: ${a} | ${b}`).toBe(slowCommon(a, b))
  }
})
