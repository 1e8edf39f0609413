import type { HostArray } from '@dragoman/core'
import { averageWeights, emaRate } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import file from '../../goldens/averaging.json' with { type: 'json' }
import type { FixtureTensor } from './fixture.ts'
import { allFloats } from './fixture.ts'

type Weights = Readonly<Record<string, FixtureTensor>>

interface Fixture {
  readonly id: string
  readonly config: { readonly part: string; readonly decay: number }
  readonly steps: readonly { readonly weights: Weights; readonly average: Weights }[]
  readonly checkpoints: readonly Weights[]
  readonly average: Weights
}

const cases = file.cases as unknown as readonly Fixture[]
const of = (part: string) =>
  cases.filter(({ config }) => config.part === part).map((each) => [each.id, each] as const)

function expectClose(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 14)
}

describe('the moving average of weights is that of torch.optim.swa_utils', () => {
  test.each(of('moving-average'))('%s', (_, { config, steps }) => {
    const [first, ...rest] = steps
    const average = allFloats(first!.weights)
    for (const [i, { weights, average: expected }] of rest.entries()) {
      const rate = emaRate(config, i + 1)
      for (const [path, { data }] of Object.entries(weights)) {
        const shadow = average[path]!.data
        for (const [k, weight] of data.entries()) shadow[k] = shadow[k]! + rate * (weight - shadow[k]!)
        expectClose(shadow, expected[path]!.data)
      }
    }
  })
})

describe('the mean of checkpoints is that of torch.optim.swa_utils', () => {
  test.each(of('checkpoint-average'))('%s', (_, { checkpoints, average }) => {
    const maps = checkpoints.map(
      (weights): Map<string, HostArray> => new Map(Object.entries(allFloats(weights))),
    )
    const got = averageWeights(maps)
    expect([...got.keys()]).toEqual(Object.keys(average))
    for (const [path, { data }] of Object.entries(average)) expectClose(got.get(path)!.data, data)
  })
})
