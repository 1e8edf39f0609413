import {
  add,
  concat,
  type DeviceArray,
  dynamicUpdate,
  hostArray,
  mul,
  reduceSum,
  slice,
  type Tensor,
  tanh,
  trace,
} from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { describePlan } from './describe-plan.ts'
import type { CpuArray } from './runtime/cpu-array.ts'
import { engines, expectedOf, expectSame, float32Tolerance, readAll } from './testing/compare-backends.ts'
import { RandomSource } from './testing/random-source.ts'

const random = new RandomSource(5)
const float = (...shape: number[]) => random.array('float', shape)

/** Where an array lies; only tests look. */
const addressOf = (array: DeviceArray): number => (array as CpuArray).address('array')

const squared = trace('squared', (place) => {
  const x = place.input('x', 'float', ['batch', 'time'])
  return { y: mul(x, x), sum: reduceSum(x, { axes: [1] }) }
})

const adamStep = trace('adam', (place) => {
  const [parameter, gradient, m, v] = ['p', 'g', 'm', 'v'].map((name) => place.input(name, 'float', [4, 3]))
  const scalars = ['learningRate', 'correction1', 'correction2', 'gradientScale'].map((name) =>
    place.input(name, 'float', []),
  )
  const operands = [parameter!, gradient!, m!, v!, ...scalars]
  const attributes = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: true }
  const [nextP, nextM, nextV] = place.emit('adam', operands, attributes) as [Tensor, Tensor, Tensor]
  return { p: nextP, m: nextM, v: nextV, loss: reduceSum(mul(parameter!, gradient!)) }
})

describe.each(engines)('a program ($name)', ({ make }) => {
  test('updates donated arrays where they are', async () => {
    const backend = await make()
    const program = await backend.compile(adamStep)
    const scalar = hostArray('float', [], [0.5])
    const host = { p: float(4, 3), g: float(4, 3), m: float(4, 3), v: float(4, 3) }
    host.v = { ...host.v, data: Float32Array.from(host.v.data, Math.abs) }
    const scalars = { learningRate: scalar, correction1: scalar, correction2: scalar, gradientScale: scalar }
    const expected = await expectedOf(adamStep, { ...host, ...scalars })
    let state: Record<string, DeviceArray> = {
      p: backend.upload(host.p),
      m: backend.upload(host.m),
      v: backend.upload(host.v),
    }
    const before = Object.fromEntries(Object.entries(state).map(([name, array]) => [name, addressOf(array)]))
    const g = backend.upload(host.g)
    const { loss, ...next } = await program.run({ ...state, g, ...scalars }, { donate: ['p', 'm', 'v'] })
    for (const [name, array] of Object.entries(next))
      expect([name, addressOf(array)]).toEqual([name, before[name]])
    expect(describePlan(program)).not.toContain('copyStrided')
    await expect(state.p!.read()).rejects.toThrow(/is disposed/)
    state = next
    expectSame(await readAll({ ...state, loss: loss! }), expected, float32Tolerance)
    expect(await g.read()).toEqual(host.g.data)
    g.dispose()
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    await backend.dispose()
  })

  test('writes a donated cache in place, and copies one that is not donated', async () => {
    const graph = trace('cache', (place) => {
      const cache = place.input('cache', 'float', ['batch', 6, 2])
      const entry = place.input('entry', 'float', ['batch', 1, 2])
      return { cache: dynamicUpdate(cache, entry, place.input('at', 'int', []), 1) }
    })
    const backend = await make()
    const program = await backend.compile(graph)
    const host = { cache: float(3, 6, 2), entry: float(3, 1, 2), at: hostArray('int', [], [2]) }
    const expected = await expectedOf(graph, host)
    const cache = backend.upload(host.cache)
    const address = addressOf(cache)
    const copied = await program.run({ ...host, cache })
    expect(await cache.read()).toEqual(host.cache.data)
    expect(addressOf(copied.cache!)).not.toBe(address)
    expectSame(await readAll(copied), expected, float32Tolerance)
    const updated = await program.run({ ...host, cache }, { donate: ['cache'] })
    expect(addressOf(updated.cache!)).toBe(address)
    expect(describePlan(program).split('\n')).toHaveLength(2)
    expectSame(await readAll(updated), expected, float32Tolerance)
    await backend.dispose()
  })

  test('keeps what a donated input was as long as something reads it', async () => {
    const graph = trace('late', (place) => {
      const x = place.input('x', 'float', [5])
      const y = tanh(x)
      // The old x is read after y is made, so that y cannot have its memory.
      return { x: y, both: concat([reduceSum(y, { keepDims: true }), x], 0), old: x, again: y }
    })
    const backend = await make()
    const program = await backend.compile(graph)
    const host = { x: float(5) }
    const expected = await expectedOf(graph, host)
    const outputs = await program.run({ x: backend.upload(host.x) }, { donate: ['x'] })
    expect(new Set(Object.values(outputs).map(addressOf)).size).toBe(4)
    expectSame(await readAll(outputs), expected, float32Tolerance)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    await backend.dispose()
  })

  test('does not overwrite an array that is also given under another name', async () => {
    const graph = trace('twice', (place) => {
      const a = place.input('a', 'float', [4])
      const b = place.input('b', 'float', [4])
      const next = add(a, 1)
      return { a: next, sum: add(reduceSum(next), reduceSum(mul(b, 3))) }
    })
    const backend = await make()
    const program = await backend.compile(graph)
    const host = float(4)
    const array = backend.upload(host)
    const outputs = await program.run({ a: array, b: array }, { donate: ['a'] })
    expectSame(await readAll(outputs), await expectedOf(graph, { a: host, b: host }), float32Tolerance)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    await backend.dispose()
  })

  test('serves many sizes with a bounded number of plans, and leaves no memory behind', async () => {
    const backend = await make()
    const program = await backend.compile(squared)
    for (let round = 0; round < 3; round++) {
      for (let time = 1; time <= 90; time++) {
        const x = float(1 + (time % 3), time)
        const outputs = await readAll(await program.run({ x }))
        expectSame(outputs, await expectedOf(squared, { x }), float32Tolerance)
      }
    }
    // 64 plans are kept, and 90 sizes come in turn: each is planned anew.
    expect(program.stats.plans).toBe(270)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    const grown = backend.info().memoryBytes
    for (let time = 1; time <= 90; time++) await readAll(await program.run({ x: float(2, time) }))
    expect(backend.info().memoryBytes).toBe(grown)
    program.dispose()
    await backend.dispose()
  })

  test('plans a size once', async () => {
    const backend = await make()
    const program = await backend.compile(squared)
    for (const time of [3, 4, 3, 4, 3]) await readAll(await program.run({ x: float(2, time) }))
    expect(program.stats.plans).toBe(2)
    expect(program.stats.nodes).toBe(2)
    expect(program.stats.workspaceBytes).toBeGreaterThan(0)
    await backend.dispose()
  })

  test('counts what users hold, in bytes', async () => {
    const backend = await make()
    const program = await backend.compile(squared)
    const x = backend.upload(float(2, 3))
    expect(backend.live()).toEqual({ arrays: 1, bytes: 24 })
    const { y, sum } = await program.run({ x })
    expect(backend.live()).toEqual({ arrays: 3, bytes: 24 + 24 + 8 })
    for (const array of [x, y!, sum!, x]) array.dispose()
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    await backend.dispose()
  })

  test('gives outputs arrays of their own', async () => {
    const graph = trace('same', (place) => {
      const x = place.input('x', 'float', [3])
      return { first: x, second: x, third: slice(x, 0, 1, 2) }
    })
    const backend = await make()
    const program = await backend.compile(graph)
    const x = backend.upload(float(3))
    const outputs = await program.run({ x })
    expect(new Set([x, ...Object.values(outputs)].map(addressOf)).size).toBe(4)
    outputs.first!.dispose()
    expect(await outputs.second!.read()).toEqual(await x.read())
    await backend.dispose()
  })

  test('runs that are asked for at once are both right', async () => {
    const backend = await make()
    const [program, other] = [await backend.compile(squared), await backend.compile(adamStep)]
    const scalar = hostArray('float', [], [0.5])
    const state = {
      p: float(4, 3),
      g: float(4, 3),
      m: float(4, 3),
      v: hostArray('float', [4, 3], new Float32Array(12)),
    }
    const scalars = { learningRate: scalar, correction1: scalar, correction2: scalar, gradientScale: scalar }
    const xs = [float(2, 3), float(40, 50), float(2, 3)]
    const runs = xs.map((x) => program.run({ x }))
    const second = other.run({ ...state, ...scalars })
    for (const [i, outputs] of (await Promise.all(runs)).entries()) {
      expectSame(await readAll(outputs), await expectedOf(squared, { x: xs[i]! }), float32Tolerance)
    }
    expectSame(
      await readAll(await second),
      await expectedOf(adamStep, { ...state, ...scalars }),
      float32Tolerance,
    )
    await backend.dispose()
  })

  test('keeps bools as 0 and 1 and takes doubles for floats', async () => {
    const backend = await make()
    const bools = backend.upload(hostArray('bool', [3], [1, 0, 1]))
    expect(await bools.read()).toEqual(Uint8Array.of(1, 0, 1))
    const doubles = backend.upload({ kind: 'float', shape: [2], data: Float64Array.of(0.1, 1e-3) })
    expect(await doubles.read()).toEqual(Float32Array.of(0.1, 1e-3))
    await backend.dispose()
  })
})
