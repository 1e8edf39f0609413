import { cos, exp, hostArray, log, sigmoid, sin, trace } from '@dragoman/core'
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

test('they are operators otherwise', () => {
  expect(writeModel(graph).nodes).toBe(2)
})
