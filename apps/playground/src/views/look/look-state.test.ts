import { expect, it } from 'vitest'
import type { Look } from '../../engine/protocol.ts'
import { biasOf, causal, difference, headsOf, layersOf, matrixOf, scoresOf } from './look-state.ts'

const float = (shape: number[], data: number[]) => ({
  kind: 'float' as const,
  shape,
  data: Float32Array.from(data),
})
const look = {
  inspection: {
    sourceTokens: [],
    targetTokens: [],
    values: new Map([
      ['encoder.context', float([2], [1, 2])],
      ['encoder.layers.1.self_attn.weights', float([2, 1, 2], [1, 0, 0.25, 0.75])],
      ['encoder.layers.0.self_attn.added', float([1, 2], [3, 4])],
    ]),
  },
} as unknown as Look

it('cuts one head out, and takes a vector as one row', () => {
  expect(matrixOf(look, 'encoder.context')).toEqual({ data: Float32Array.of(1, 2), rows: 1, columns: 2 })
  expect(matrixOf(look, 'encoder.layers.1.self_attn.weights', 1)!.data).toEqual(Float32Array.of(0.25, 0.75))
  expect(matrixOf(look, 'nothing')).toBeUndefined()
  expect(headsOf(look, 'encoder.layers.1.self_attn')).toBe(2)
  expect(headsOf(look, 'decoder')).toBe(0)
  expect(layersOf(look, 'encoder')).toEqual(['encoder.layers.0', 'encoder.layers.1'])
})

it('computes the scores of Vaswani et al. 2017, eq. 1, and what was added', () => {
  const query = { data: Float32Array.of(1, 2, 3, 4), rows: 1, columns: 4 }
  const key = { data: Float32Array.of(1, 0, 0, 0, 1, 1, 1, 1), rows: 2, columns: 4 }
  expect([...scoresOf(query, key).data]).toEqual([1 / 2, 10 / 2])
  expect([...difference(query, { ...query, data: Float32Array.of(1, 1, 1, 1) }).data]).toEqual([0, 1, 2, 3])
})

it('hides what comes after a row', () => {
  const square = { data: Float32Array.of(1, 2, 3, 4), rows: 2, columns: 2 }
  expect([...causal(square).data]).toEqual([1, Number.NaN, 3, 4])
})

it('finds what was added to the scores', () => {
  const scores = { data: Float32Array.of(1, 0, 0, 2), rows: 2, columns: 2 }
  const softmax = (rows: number[][]) =>
    Float32Array.from(
      rows.flatMap((row) => row.map((x) => Math.exp(x) / row.reduce((a, b) => a + Math.exp(b), 0))),
    )
  expect(
    biasOf(scores, {
      ...scores,
      data: softmax([
        [1, 0],
        [0, 2],
      ]),
    }),
  ).toBeUndefined()
  const bias = biasOf(scores, {
    ...scores,
    data: softmax([
      [1, 0 + 3],
      [0, 2 - 1],
    ]),
  })!
  expect(bias.data[1]).toBeCloseTo(3, 4)
  expect(bias.data[3]).toBeCloseTo(-1, 4)
})
