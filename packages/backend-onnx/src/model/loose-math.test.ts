import { cos, exp, hostArray, log, logSoftmax, pow, sigmoid, sin, softmax, trace } from '@dragoman/core'
import { expect, test } from 'vitest'
import { runModel } from '../testing/run-model.ts'
import { writeModel } from './write-model.ts'

const graph = trace('waves', (place) => {
  const x = place.input('x', 'float', ['count'])
  return { sin: sin(x), cos: cos(x) }
})

test('sin and cos made of arithmetic are those of float64 to some units in the last place of 1', async () => {
  const x = Float32Array.from({ length: 2001 }, (_, i) => (i - 1000) * 0.37)
  const model = writeModel(graph, { hasLooseMath: true })
  const results = await runModel(model, { x: hostArray('float', [x.length], x) })
  const error = (found: readonly number[], wave: (angle: number) => number) =>
    Math.max(...found.map((y, i) => Math.abs(y - wave(x[i]!))))
  expect(error(results.sin!.data, Math.sin)).toBeLessThan(4 * 2 ** -24)
  expect(error(results.cos!.data, Math.cos)).toBeLessThan(4 * 2 ** -24)
})

test('sin and cos of NaN and infinities are NaN', async () => {
  const x = hostArray('float', [3], [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
  const results = await runModel(writeModel(graph, { hasLooseMath: true }), { x })
  expect([...results.sin!.data, ...results.cos!.data]).toEqual(Array(6).fill(Number.NaN))
})

test('exp, sigmoid and log of NaN, 0 and negative numbers stay what they are', async () => {
  const functions = trace('functions', (place) => {
    const x = place.input('x', 'float', ['count'])
    return { exp: exp(x), sigmoid: sigmoid(x), log: log(x) }
  })
  const x = hostArray('float', [3], [Number.NaN, 0, -1])
  const results = await runModel(writeModel(functions, { hasLooseMath: true }), { x })
  expect(results.exp!.data).toEqual([Number.NaN, 1, expect.closeTo(Math.exp(-1), 6)])
  expect(results.sigmoid!.data).toEqual([Number.NaN, 0.5, expect.closeTo(1 / (1 + Math.E), 6)])
  expect(results.log!.data).toEqual([Number.NaN, Number.NEGATIVE_INFINITY, Number.NaN])
})

test('pow keeps NaN, and an infinite power of a negative number has no sign', async () => {
  const powers = trace('powers', (place) => ({
    y: pow(place.input('x', 'float', ['count']), place.input('to', 'float', ['count'])),
  }))
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number
  // By C, annex F.10.4.4.
  const rows: readonly (readonly [x: number, to: number, y: number])[] = [
    [nan, 2, nan],
    [2, nan, nan],
    [nan, 0, 1],
    [1, nan, 1],
    [-1, inf, 1],
    [-inf, inf, inf],
    [-2, -inf, 0],
    [-inf, 3, -inf],
    [-2, 3, -8],
  ]
  const column = (i: 0 | 1 | 2) => Float32Array.from(rows, (row) => row[i])
  const given = {
    x: hostArray('float', [rows.length], column(0)),
    to: hostArray('float', [rows.length], column(1)),
  }
  const results = await runModel(writeModel(powers, { hasLooseMath: true }), given)
  expect(results.y!.data).toEqual([...column(2)])
})

test('shares of rows with NaN are NaN, of others what they are', async () => {
  const shares = trace('shares', (place) => {
    const x = place.input('x', 'float', ['rows', 2])
    return { softmax: softmax(x), logSoftmax: logSoftmax(x) }
  })
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number
  const x = hostArray('float', [5, 2], [0, 0, 1, nan, inf, 0, -inf, 0, -inf, -inf])
  const results = await runModel(writeModel(shares, { hasLooseMath: true }), { x })
  expect(results.softmax!.data).toEqual([0.5, 0.5, nan, nan, nan, nan, 0, 1, 0, 0])
  const half = expect.closeTo(-Math.LN2, 6)
  expect(results.logSoftmax!.data).toEqual([half, half, nan, nan, nan, nan, -inf, 0, -inf, -inf])
})

test('they are operators otherwise', () => {
  expect(writeModel(graph).nodes).toBe(2)
})
