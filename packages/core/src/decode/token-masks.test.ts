import { describe, expect, it } from 'vitest'
import { OptionError } from '../errors.ts'
import { EOS_ID } from '../text/index.ts'
import { emptyPrefix, extend, type Prefix } from './prefix.ts'
import { allowTokens, biasTokens, forceToken, minimumLength, suppressTokens } from './token-masks.ts'

function kept(scores: Float64Array): number[] {
  return [...scores.keys()].filter((id) => scores[id]! > -Infinity)
}

function prefixOf(...ids: number[]): Prefix {
  const next = { logProbabilities: new Float64Array(9), attention: undefined }
  return ids.reduce((prefix, id) => extend(prefix, id, 0, next), emptyPrefix)
}

describe('token masks', () => {
  it('forbid <eos> before the least length, and suppressed tokens always', () => {
    const open = [[], [4], [4, 4], [4, 4, 4]].map((ids) => {
      const scores = new Float64Array(6)
      minimumLength(2)(scores, prefixOf(...ids))
      return scores[EOS_ID] === 0
    })
    expect(open).toEqual([false, false, true, true])
    const scores = new Float64Array(4)
    suppressTokens([0, 2])(scores, emptyPrefix)
    expect(kept(scores)).toEqual([1, 3])
  })

  it('add a bias, also to what is impossible', () => {
    const scores = Float64Array.of(-1, -2, -Infinity)
    biasTokens([
      [1, 5],
      [2, 5],
      [1, -1],
    ])(scores, emptyPrefix)
    expect([...scores]).toEqual([-1, 2, -Infinity])
  })

  it('force a token at one place, with the score 0', () => {
    const scores = Float64Array.of(-1, -2, -Infinity)
    forceToken(2, 1)(scores, emptyPrefix)
    expect([...scores]).toEqual([-1, -2, -Infinity])
    forceToken(2, 1)(scores, prefixOf(7))
    expect([...scores]).toEqual([-Infinity, -Infinity, 0])
  })

  it('allow what a function gives for the ids so far, without <sos>', () => {
    const scores = Float64Array.of(-1, -2, -3, -4)
    const seen: (readonly number[])[] = []
    const process = allowTokens((ids) => {
      seen.push(ids)
      return new Set([ids.length, 3])
    })
    process(scores, prefixOf(8))
    expect([...scores]).toEqual([-Infinity, -2, -Infinity, -4])
    process(Float64Array.of(-1, -2, -3, -4), emptyPrefix)
    expect(seen).toEqual([[8], []])
  })

  it('refuse a function that allows nothing, or no token', () => {
    const process = (ids: readonly number[]) => () =>
      allowTokens(() => ids)(new Float64Array(4), prefixOf(7, 8))
    expect(process([])).toThrow(OptionError)
    expect(process([])).toThrow(/it allows no token after the ids 7, 8\n.*allow 3, the id of <eos>/)
    for (const id of [4, -1, 0.5]) expect(process([id])).toThrow(/is no token id: they go from 0 to 3/)
  })
})
