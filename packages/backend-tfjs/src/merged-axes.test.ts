import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-backend-wasm'
import { add, hostArray, pad, reduceMax, trace } from '@dragoman/core'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { broadcastShape, mergedShapes } from './merged-axes.ts'
import { tfjs } from './tfjs.ts'

test('axes that broadcast alike become one', () => {
  expect(
    mergedShapes([
      [2, 3, 1, 1, 4, 1],
      [2, 3, 5, 6, 1, 1],
    ]),
  ).toEqual([
    [6, 1, 4],
    [6, 30, 1],
  ])
  expect(
    mergedShapes([
      [1, 1],
      [1, 1],
    ]),
  ).toEqual([[], []])
  expect(
    mergedShapes([
      [0, 3, 1],
      [1, 1, 2],
    ]),
  ).toEqual([
    [0, 1],
    [1, 2],
  ])
  expect(broadcastShape([2, 1, 3], [4, 1])).toEqual([2, 4, 3])
})

describe.each(['cpu', 'wasm'])('%s, eight axes', (name) => {
  test('of which none can be merged', async () => {
    const backend = await tfjs({ tf, backend: name })
    const even = [2, 1, 2, 1, 2, 1, 2, 1]
    const graph = trace('many axes', (place) => {
      const a = place.input('a', 'float', even)
      const b = place.input('b', 'float', even.toReversed())
      const ones = new Array<number>(8).fill(1)
      return {
        sum: add(a, b),
        bordered: reduceMax(pad(a, ones, ones, -1), { axes: [0, 2, 3, 5, 7] }),
        all: reduceMax(pad(a, ones, ones, 99), { axes: [0, 1, 2, 3, 4, 5, 6, 7] }),
      }
    })
    const place = (i: number) => [3, 2, 1, 0].map((bit) => (i >> bit) & 1)
    const numbers = Array.from({ length: 16 }, (_, i) => i)
    const a = hostArray('float', even, numbers)
    const b = hostArray('float', even.toReversed(), numbers)
    const outputs = await (await backend.compile(graph)).run({ a, b })
    // Axes of a and of b come in turn: the bits of their places do so too.
    const sums = Array.from({ length: 256 }, (_, i) => {
      const bits = [...place(i >> 4), ...place(i & 15)]
      const from = (first: number) => [0, 2, 4, 6].reduce((sum, bit) => 2 * sum + bits[bit + first]!, 0)
      return from(0) + from(1)
    })
    expect(Array.from(await outputs.sum!.read())).toEqual(sums)
    // Left are axes 1 and 6 of sizes 1 and 2, with a border, and axis 4 of size 2.
    expect(outputs.bordered!.shape).toEqual([3, 4, 4])
    const bordered = Array.from(await outputs.bordered!.read())
    expect(bordered.filter((x) => x !== -1)).toEqual([12, 13, 14, 15])
    expect(bordered.indexOf(12)).toBe(16 + 4 + 1)
    expect(Array.from(await outputs.all!.read())).toEqual([99])
    await backend.dispose()
  })
})
