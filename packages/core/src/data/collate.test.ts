import { describe, expect, it } from 'vitest'
import { DataError, OptionError } from '../errors.ts'
import { collate, collateSources } from './collate.ts'

const example = (source: number[], target: number[], index: number) => ({
  source: Int32Array.from(source),
  target: Int32Array.from(target),
  index,
})
const examples = [example([7, 8, 9], [5], 4), example([6], [5, 6], 2)]

describe('collate', () => {
  it('pads, adds <sos> and <eos>, and counts real tokens', () => {
    expect(collate(examples)).toEqual({
      size: 2,
      source: Int32Array.of(7, 8, 9, 3, 6, 3, 0, 0),
      maxSourceLength: 4,
      sourceLengths: Int32Array.of(4, 2),
      sourceTokens: 6,
      targetInput: Int32Array.of(2, 5, 0, 2, 5, 6),
      targetOutput: Int32Array.of(5, 3, 0, 5, 6, 3),
      maxTargetLength: 3,
      targetLengths: Int32Array.of(2, 3),
      targetTokens: 5,
      indices: Int32Array.of(4, 2),
    })
  })

  it('takes other ids, no <eos> on the source, and rounds lengths up', () => {
    const options = { padId: 10, sosId: 11, eosId: 12, sourceEos: false, lengthMultiple: 4 }
    expect(collate([examples[1] as (typeof examples)[0]], options)).toMatchObject({
      source: Int32Array.of(6, 10, 10, 10),
      sourceLengths: Int32Array.of(1),
      targetInput: Int32Array.of(11, 5, 6, 10),
      targetOutput: Int32Array.of(5, 6, 12, 10),
      maxTargetLength: 4,
      targetTokens: 3,
    })
  })

  it('takes empty sequences where <eos> follows', () => {
    expect(collate([example([], [], 0)])).toMatchObject({
      source: Int32Array.of(3),
      targetInput: Int32Array.of(2),
      targetOutput: Int32Array.of(3),
    })
  })

  it('refuses what has nothing to encode', () => {
    expect(() => collate([])).toThrow(DataError)
    expect(() => collateSources([[4], []], { sourceEos: false })).toThrow(
      /^data: source 1 of the batch is empty/,
    )
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses lengthMultiple %s', (lengthMultiple) => {
    expect(() => collate(examples, { lengthMultiple })).toThrow(OptionError)
  })
})

it('collateSources gives the source side of collate', () => {
  const sources = collateSources(examples.map(({ source }) => source))
  expect(collate(examples)).toMatchObject({ ...sources })
})
