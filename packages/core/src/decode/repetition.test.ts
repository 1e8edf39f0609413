import { describe, expect, it } from 'vitest'
import { emptyPrefix, extend, type Prefix } from './prefix.ts'
import { countTokens, forbidRepeatedNgrams, penalizeChosen, penalizeRepetition } from './repetition.ts'

function prefixOf(...ids: number[]): Prefix {
  const next = { logProbabilities: new Float64Array(9), attention: undefined }
  return ids.reduce((prefix, id) => extend(prefix, id, 0, next), emptyPrefix)
}

/** Which of 9 tokens may not follow. */
function forbidden(n: number, ...ids: number[]): number[] {
  const scores = new Float64Array(9)
  forbidRepeatedNgrams(n)(scores, prefixOf(...ids))
  return [...scores.keys()].filter((id) => scores[id] === -Infinity)
}

describe('repetition', () => {
  it('multiplies what is below 0 and divides what is above, once a token', () => {
    const scores = Float64Array.of(-1, -2, 3, 0, -Infinity)
    penalizeRepetition(2)(scores, prefixOf(1, 2, 2, 4, 1))
    expect([...scores]).toEqual([-1, -4, 1.5, 0, -Infinity])
  })

  it('forbids what would complete a run of n tokens again', () => {
    expect(forbidden(2, 4, 5, 4)).toEqual([5])
    expect(forbidden(2, 4, 4)).toEqual([4])
    expect(forbidden(2, 4, 5, 6)).toEqual([])
    expect(forbidden(3, 4, 5, 6, 4, 5)).toEqual([6])
    expect(forbidden(3, 4, 5, 6, 4, 5, 7, 4, 5)).toEqual([6, 7])
    expect(forbidden(3, 4, 4)).toEqual([])
    expect(forbidden(3, 4, 4, 4)).toEqual([4])
    expect(forbidden(1, 4, 6)).toEqual([4, 6])
    expect(forbidden(1)).toEqual([])
    expect(forbidden(4, 4)).toEqual([])
  })

  it('takes a penalty for each time that another group chose a token', () => {
    const counts = new Map<number, number>()
    countTokens([1, 2, 1], counts)
    const scores = Float64Array.of(-1, -1, -1)
    penalizeChosen(counts, 0.5)(scores, emptyPrefix)
    expect([...scores]).toEqual([-1, -2, -1.5])
  })
})
