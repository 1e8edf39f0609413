import { bucketOf, slopesOf } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import file from '../../goldens/positions.json' with { type: 'json' }

interface BucketConfig {
  readonly bidirectional: boolean
  readonly buckets: number
  readonly maxDistance: number
  readonly from: number
}

const named = file.cases.map((each) => [each.id, each] as const)

describe("the buckets of T5's relative positions are those of transformers", () => {
  test.each(named.filter(([, { config }]) => config.part === 'relative-buckets'))('%s', (_, each) => {
    const { bidirectional, buckets, maxDistance, from } = each.config as BucketConfig
    const expected = each.outputs.buckets!.data
    const options = { buckets, maxDistance, isCausal: !bidirectional }
    expect(expected.map((_, i) => bucketOf(from + i, options))).toEqual(expected)
  })
})

describe('the slopes of ALiBi are those of BLOOM', () => {
  test.each(named.filter(([, { config }]) => config.part === 'alibi'))('%s', (_, each) => {
    const slopes = slopesOf((each.config as { heads: number }).heads)
    const expected = each.outputs.slopes!.data
    expect(slopes).toHaveLength(expected.length)
    for (const [i, slope] of slopes.entries()) expect(slope).toBeCloseTo(expected[i]!, 14)
  })
})
