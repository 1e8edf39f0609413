import { describe, expect, test } from 'vitest'
import type { Tensor } from '../graph/tensor.ts'
import { trace } from '../graph/trace.ts'
import { runReference } from '../testing/run-reference.ts'
import { sinusoids } from './positions.ts'
import { alibi, bucketOf, slopesOf } from './relative-positions.ts'
import { rotate } from './rotary.ts'

type F = Tensor<'float'>
type I = Tensor<'int'>

/** What a function of positions int [T] gives. */
async function at(positions: readonly number[], body: (at: I) => F): Promise<readonly number[]> {
  const graph = trace('positions', (t) => ({ y: body(t.input('at', 'int', ['time'])) }))
  const { y } = await runReference(graph, {
    at: { kind: 'int', shape: [positions.length], data: positions },
  })
  return y!.data
}

test('sinusoids: sine and cosine alternate, each pair 100 times as slow for a width of 4', async () => {
  const expected = [0, 7].flatMap((p) => [Math.sin(p), Math.cos(p), Math.sin(p / 100), Math.cos(p / 100)])
  const found = await at([0, 7], (positions) => sinusoids(positions, 4))
  expect(found).toEqual(expected.map((x) => expect.closeTo(x, 12)))
})

test('rotary: as in transformers', async () => {
  // transformers 5.17, models.llama apply_rotary_pos_emb in float64 at the positions 0, 1 and 7.
  const expected = [
    1, 2, 3, 4, -3.1887853643145765, 5.919701335826659, 7.9894710651164615, 8.059599003338322,
    -2.067875451780883, 0.7086040421392381, 0.8508179099678201, -2.9576815770910723,
  ]
  const graph = trace('rotary', (t) => ({
    y: rotate(t.input('x', 'float', [1, 1, 3, 4]), t.input('at', 'int', [3]), 10000),
  }))
  const x = { kind: 'float', shape: [1, 1, 3, 4], data: [1, 2, 3, 4, 5, 6, 7, 8, -1, 0.5, 2, -3] } as const
  const { y } = await runReference(graph, { x, at: { kind: 'int', shape: [3], data: [0, 1, 7] } })
  expect(y!.data).toEqual(expected.map((each) => expect.closeTo(each, 12)))
})

describe('buckets of relative positions', () => {
  // Distances at which each next bucket begins, going back: transformers 5.17,
  // T5Attention._relative_position_bucket with 32 buckets up to 128.
  test.each([
    [false, [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91]],
    [
      true,
      [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67,
        77, 87, 99, 113,
      ],
    ],
  ])('causal %s', (isCausal, begins) => {
    const options = { buckets: 32, maxDistance: 128, isCausal }
    for (let distance = 0; distance < 300; distance++) {
      const expected = begins.findLastIndex((begin) => begin <= distance)
      expect(bucketOf(-distance, options)).toBe(expected)
      const ahead = isCausal ? 0 : distance === 0 ? 0 : 16 + expected
      expect(bucketOf(distance, options)).toBe(ahead)
    }
  })
})

describe('ALiBi', () => {
  test('slopes', () => {
    expect(slopesOf(8)).toEqual([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256])
    // Of 12 heads, the last 4 are 2^-0.5, 2^-1.5 …: transformers' build_alibi_tensor.
    expect(slopesOf(12).slice(7)).toEqual(
      [2 ** -8, 2 ** -0.5, 2 ** -1.5, 2 ** -2.5, 2 ** -3.5].map((x) => expect.closeTo(x, 12)),
    )
    expect(slopesOf(1)).toEqual([2 ** -8])
  })

  test('the penalty grows with the distance', async () => {
    // Two heads with the slopes 1/16 and 1/256; the queries are at 0 and 2.
    const found = await at([0, 2], (positions) => alibi(positions, positions, 2))
    expect(found).toEqual([-0, -2 / 16, -2 / 16, -0, -0, -2 / 256, -2 / 256, -0])
  })
})
