import { expect, test } from 'vitest'
import { ratioOf } from './ratio.ts'
import type { Result } from './result.ts'

function result(rounds: readonly number[]): Result {
  return { workload: 'TT', id: 'cpu', medianMs: 1, minMs: 1, runs: 1, rounds }
}

test('the ratio is the median of those of the rounds, so a slow round of both changes nothing', () => {
  expect(ratioOf(result([100, 900, 104]), result([50, 450, 40]))).toBe(2)
})

test('a round that the other did not play is left out', () => {
  expect(ratioOf(result([30, 60]), result([10]))).toBe(3)
})
