import { describe, expect, it } from 'vitest'
import { LexicalConstraints } from './lexical-constraints.ts'

/** Tokens that are missing after each token. */
function missing(phrases: number[][], ids: number[]): number[] {
  const constraints = new LexicalConstraints(phrases)
  let progress = constraints.start
  return ids.map((id) => {
    progress = constraints.advance(progress, id)
    return progress.missing
  })
}

describe('lexical constraints', () => {
  it.each([
    { phrases: [[4, 5]], ids: [4, 5, 4], expected: [1, 0, 0] },
    { phrases: [[4, 5]], ids: [4, 6, 5], expected: [1, 2, 2] },
    { phrases: [[4, 4, 5]], ids: [4, 4, 4, 5], expected: [2, 1, 1, 0] },
    {
      phrases: [
        [4, 5],
        [4, 6],
      ],
      ids: [4, 6, 4, 5],
      expected: [3, 2, 1, 0],
    },
    { phrases: [[4], [4]], ids: [4, 5, 4], expected: [1, 1, 0] },
    {
      phrases: [
        [4, 5],
        [5, 6],
      ],
      ids: [4, 5, 6, 5, 6],
      expected: [3, 2, 2, 1, 0],
    },
    { phrases: [[4, 5, 6], [5]], ids: [4, 5, 7], expected: [3, 2, 4] },
  ])('$phrases in $ids', ({ phrases, ids, expected }) => {
    expect(missing(phrases, ids)).toEqual(expected)
  })

  it('want what goes on with what is begun, else every beginning', () => {
    const constraints = new LexicalConstraints([[4, 5], [4, 6, 7], [8]])
    expect(constraints.wanted(constraints.start)).toEqual([4, 8])
    const begun = constraints.advance(constraints.start, 4)
    expect(constraints.wanted(begun)).toEqual([5, 6])
    expect(constraints.wanted(constraints.advance(begun, 6))).toEqual([7])
    expect(constraints.wanted(constraints.advance(begun, 5))).toEqual([4, 8])
  })
})
