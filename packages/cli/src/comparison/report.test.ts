import { expect, test } from 'vitest'
import type { Measurement } from './measure.ts'
import { compareWith } from './report.ts'

const measurement = (logits: Measurement['logits']): Measurement => ({
  info: {},
  outputs: [],
  logits,
  loadMs: 1,
  compileMs: 1,
  msPerToken: 1,
  processBytes: 1,
  live: { arrays: 0, bytes: 0 },
})

test('the largest difference is found among more sources than a call takes arguments', () => {
  const count = 200_000
  const logitsOf = (last: number) =>
    Array.from({ length: count }, (_, i) => ({
      data: Float32Array.of(i === count - 1 ? last : 0),
      vocabularySize: 1,
    }))
  const compared = compareWith('other', [], measurement(logitsOf(0)), measurement(logitsOf(-2)))
  expect(compared.largestLogitDifference).toBe(2)
})
