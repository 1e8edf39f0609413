import { expect, it } from 'vitest'
import { likeliest } from './likeliest.ts'

const vocabulary = { tokenOf: (id: number) => `t${id}` }

it('gives probabilities, the best first, and of equal ones the lower id', () => {
  const found = likeliest([0, Math.log(2), 0, Math.log(4)], vocabulary)
  expect(found.map(({ token }) => token)).toEqual(['t3', 't1', 't0', 't2'])
  expect(found.map(({ probability }) => probability)).toEqual([4 / 8, 2 / 8, 1 / 8, 1 / 8].map(closeTo))
})

it('bears large numbers', () => {
  expect(likeliest([1000, -1000], vocabulary)[0]!.probability).toBe(1)
})

function closeTo(value: number): unknown {
  return expect.closeTo(value, 12)
}
