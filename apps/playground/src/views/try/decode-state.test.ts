import { expect, it } from 'vitest'
import { decodeOptions, readDecodeState, writeDecodeState } from './decode-state.ts'

it('survives the address', () => {
  const state = { beams: 4, lengthPenalty: 0.6, sample: false, temperature: 1, seed: 7 }
  const written = writeDecodeState(state)
  expect(written.temperature).toBeUndefined()
  const kept = Object.entries(written).filter((entry): entry is [string, string] => entry[1] !== undefined)
  expect(readDecodeState(Object.fromEntries(kept))).toEqual(state)
})

it('takes nothing from the address that decoding would refuse', () => {
  const state = readDecodeState({ beams: '1000', lengthPenalty: 'x', temperature: '0', seed: '-1' })
  expect(state).toEqual(readDecodeState({}))
})

it('gives only options that apply', () => {
  expect(decodeOptions(readDecodeState({}))).toEqual({})
  expect(decodeOptions(readDecodeState({ beams: '3' }))).toEqual({ beams: 3, nbest: 3, lengthPenalty: 1 })
  const drawn = decodeOptions(readDecodeState({ sample: 'true', beams: '3', seed: '5' }))
  expect(drawn).toEqual({ sample: true, temperature: 1, seed: 5 })
})
