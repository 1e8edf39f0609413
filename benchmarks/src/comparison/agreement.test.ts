import { expect, test } from 'vitest'
import { checkAgreement, type Outcome } from './agreement.ts'

const steps = { steps: 4 }

function outcome(id: string, results: readonly (readonly number[])[], isApart = false): Outcome {
  return { id, isApart, results }
}

function problemsOf(
  outcomes: readonly Outcome[],
  kind: 'losses' | 'tokens' | 'products',
): (string | undefined)[] {
  return checkAgreement(outcomes, kind, steps).map(({ problem }) => problem)
}

const losses = [[8], [7.9], [7.8]]

test('losses that are the same and fall have no problem', () => {
  const others = [outcome('a', losses), outcome('b', [[8.004], [7.9], [7.8], [7.7]])]
  expect(problemsOf(others, 'losses')).toEqual([undefined, undefined])
})

test('a loss that is another is told', () => {
  const others = [outcome('a', losses), outcome('b', [[8.02], [7.9], [7.8]])]
  expect(problemsOf(others, 'losses')[1]).toContain('differ by 0.0025 from those of a')
})

test('one with weights of its own may be as far as 5 %, and is no reference', () => {
  const apart = outcome('torch', [[8.3], [8.2], [8.1]], true)
  expect(problemsOf([apart, outcome('a', losses)], 'losses')).toEqual([undefined, undefined])
  const farther = outcome('torch', [[8.5], [8.4], [8.3]], true)
  expect(problemsOf([farther, outcome('a', losses)], 'losses')[0]).toContain('differ')
})

test('a loss that does not fall is told, and one that is no number', () => {
  expect(problemsOf([outcome('a', [[8], [8], [8]])], 'losses')).toEqual(['its loss did not fall'])
  const others = [outcome('a', losses), outcome('b', [[Number.NaN], [7.9], [7.8]])]
  expect(problemsOf(others, 'losses')[1]).toContain('differ')
})

test('of tokens nine in ten must be the same, the last of each row aside', () => {
  const a = outcome('a', [[5, 6, 7, 3, 8, 9, 10, 3]])
  expect(problemsOf([a, outcome('b', [[5, 6, 7, 4, 8, 9, 10, 11]])], 'tokens')).toEqual([
    undefined,
    undefined,
  ])
  expect(problemsOf([a, outcome('b', [[5, 6, 9, 3, 8, 9, 10, 3]])], 'tokens')[1]).toContain('only 5 of 6')
  expect(problemsOf([a, outcome('b', [[5, 6, 7, 3]])], 'tokens')[1]).toContain('only 3 of 6')
})

test('products are compared by the scale of the largest element', () => {
  const a = outcome('a', [[100, 0.01]])
  expect(problemsOf([a, outcome('b', [[100, 0.05]])], 'products')).toEqual([undefined, undefined])
  expect(problemsOf([a, outcome('b', [[100.2, 0.01]])], 'products')[1]).toContain('not that of a')
})
