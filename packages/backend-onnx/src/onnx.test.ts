import {
  AbortError,
  add,
  BackendError,
  type DeviceArray,
  gather,
  type HostArray,
  hostArray,
  matmul,
  mul,
  OptionError,
  ShapeError,
  slice,
  trace,
} from '@dragoman/core'
import type { Backend } from '@dragoman/core/backend'
import * as node from 'onnxruntime-node'
import * as web from 'onnxruntime-web'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onnx } from './onnx.ts'

web.env.wasm.numThreads = 1

const squared = trace('squared', (place) => {
  const x = place.input('x', 'float', ['batch', 'time'])
  return { y: mul(x, x) }
})

const affine = trace('affine', (place) => {
  const x = place.input('x', 'float', ['batch'])
  const scale = place.input('scale', 'float', [1])
  return { y: add(mul(x, scale), place.input('shift', 'float', [1])) }
})

const floats = (...data: number[]): HostArray => hostArray('float', [data.length], data)

async function valuesOf(array: DeviceArray | undefined): Promise<number[]> {
  const values = [...(await array!.read())]
  array!.dispose()
  return values
}

describe.each([
  { name: 'onnx-node', make: () => onnx({ ort: node, session: { intraOpNumThreads: 1 } }) },
  { name: 'onnx-wasm', make: () => onnx({ ort: web }) },
])('$name', ({ name, make }) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await make()
  })
  afterAll(() => backend.dispose())

  test('says what it runs on', () => {
    expect(backend.name).toBe(name)
    expect(backend.info()).toMatchObject({
      runtime: expect.stringMatching(/^onnxruntime-(node|web) 1\.\d+\.\d+$/),
      providers: name === 'onnx-node' ? 'cpu' : 'wasm',
      threads: 1,
    })
  })

  test('opens one session for all sizes, and counts the bytes of a run', async () => {
    const program = await backend.compile(squared)
    for (const [batch, time] of [
      [1, 3],
      [4, 2],
      [0, 5],
      [1, 3],
    ] as const) {
      const data = Float32Array.from({ length: batch * time }, (_, i) => i)
      const { y } = await program.run({ x: { kind: 'float', shape: [batch, time], data } })
      expect(y!.shape).toEqual([batch, time])
      expect(await valuesOf(y)).toEqual([...data.map((x) => x * x)])
      expect(program.stats).toMatchObject({
        sessions: 1,
        inputBytes: 4 * data.length,
        outputBytes: 4 * data.length,
      })
    }
    expect(program.stats.nodes).toBe(1)
    expect(program.stats.onnxNodes).toBeGreaterThan(0)
    program.dispose()
  })

  test('keeps its own copy of what is uploaded, and gives copies', async () => {
    const data = Float32Array.of(1, 2)
    const array = backend.upload({ kind: 'float', shape: [2], data })
    data[0] = 9
    const read = await array.read()
    read[1] = 9
    expect(await valuesOf(array)).toEqual([1, 2])
    expect(await valuesOf(backend.upload(hostArray('bool', [3], [1, 0, 1])))).toEqual([1, 0, 1])
    const doubles = backend.upload({ kind: 'float', shape: [2], data: Float64Array.of(0.1, 3) })
    expect(await doubles.read()).toEqual(Float32Array.of(0.1, 3))
    doubles.dispose()
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })

  test('gives each output an array of its own, also where it is an input', async () => {
    const graph = trace('same', (place) => {
      const x = place.input('x', 'float', [3])
      return { x, first: x, second: x, last: slice(x, 0, 2, 1) }
    })
    const program = await backend.compile(graph)
    const x = backend.upload(floats(1, 2, 3))
    const outputs = await program.run({ x })
    expect(backend.live()).toEqual({ arrays: 5, bytes: 4 * 13 })
    x.dispose()
    expect(await valuesOf(outputs.x)).toEqual([1, 2, 3])
    expect(await valuesOf(outputs.first)).toEqual([1, 2, 3])
    expect(await valuesOf(outputs.second)).toEqual([1, 2, 3])
    expect(await valuesOf(outputs.last)).toEqual([3])
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    program.dispose()
  })

  test('disposes donated arrays, and keeps them when the run fails before it starts', async () => {
    const program = await backend.compile(squared)
    const x = backend.upload(hostArray('float', [1, 2], [1, 2]))
    const aborted = AbortSignal.abort(new Error('stop'))
    await expect(program.run({ x }, { donate: ['x'], signal: aborted })).rejects.toThrow(AbortError)
    await expect(program.run({ x: x, z: x }, { donate: ['x'] })).rejects.toThrow(ShapeError)
    await expect(program.run({ x }, { donate: ['z'] })).rejects.toThrow(OptionError)
    expect([...(await x.read())]).toEqual([1, 2])
    const { y } = await program.run({ x }, { donate: ['x'] })
    await expect(x.read()).rejects.toThrow(/is disposed/)
    await expect(program.run({ x })).rejects.toThrow(`${name}: input 'x' is disposed`)
    expect(await valuesOf(y)).toEqual([1, 4])
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    program.dispose()
  })

  test('refuses an array that is donated to a run under way', async () => {
    const program = await backend.compile(squared)
    const x = backend.upload(hostArray('float', [1, 2], [1, 2]))
    const running = program.run({ x }, { donate: ['x'] })
    await expect(program.run({ x })).rejects.toThrow("input 'x' is donated to a run")
    expect(await valuesOf((await running).y)).toEqual([1, 4])
    program.dispose()
  })

  test('runs that are asked for at once are done in order, on two backends too', async () => {
    const other = await make()
    const programs = [await backend.compile(squared), await other.compile(squared)]
    const order: number[] = []
    const runs = [0, 1, 2, 3, 4, 5].map(async (i) => {
      const { y } = await programs[i % 2]!.run({ x: hostArray('float', [1, 1], [i]) })
      order.push(i)
      return valuesOf(y)
    })
    expect(await Promise.all(runs)).toEqual([[0], [1], [4], [9], [16], [25]])
    expect(order).toEqual([0, 1, 2, 3, 4, 5])
    const foreign = backend.upload(hostArray('float', [1, 1], [1]))
    await expect(programs[1]!.run({ x: foreign })).rejects.toThrow("input 'x' is an array of another backend")
    foreign.dispose()
    programs[0]!.dispose()
    await other.dispose()
  })

  test('ends a run whose turn comes after its signal was aborted', async () => {
    const program = await backend.compile(squared)
    const controller = new AbortController()
    const x = hostArray('float', [1, 1], [3])
    const first = program.run({ x })
    const second = program.run({ x }, { signal: controller.signal })
    controller.abort()
    await expect(second).rejects.toThrow(AbortError)
    expect(await valuesOf((await first).y)).toEqual([9])
    program.dispose()
  })

  test('finishes the runs that were asked for before dispose', async () => {
    const program = await backend.compile(squared)
    const x = backend.upload(hostArray('float', [1, 1], [3]))
    const running = program.run({ x })
    x.dispose()
    program.dispose()
    program.dispose()
    expect(await valuesOf((await running).y)).toEqual([9])
    await expect(program.run({ x: hostArray('float', [1, 1], [3]) })).rejects.toThrow(
      "program 'squared' is disposed",
    )
  })

  test('ends with its arrays and programs', async () => {
    const other = await make()
    const program = await other.compile(squared)
    const running = program.run({ x: hostArray('float', [1, 1], [3]) })
    await other.dispose()
    await other.dispose()
    const { y } = await running
    await expect(y!.read()).rejects.toThrow(/is disposed/)
    expect(other.live()).toEqual({ arrays: 0, bytes: 0 })
    expect(() => other.upload(floats(1))).toThrow('the backend is disposed')
    await expect(program.run({ x: floats(1) })).rejects.toThrow('the backend is disposed')
    await expect(other.compile(squared)).rejects.toThrow('the backend is disposed')
  })

  test.each([
    ['left', { transposeA: true, transposeB: false }, ['n', 'k', 64], ['n', 'k', 64]],
    ['right', { transposeA: false, transposeB: true }, ['n', 64, 'k'], ['n', 64, 'k']],
  ] as const)('a product over nothing, stored transposed on the %s, is 0', async (_, flags, left, right) => {
    const program = await backend.compile(
      trace('product', (place) => ({
        y: matmul(place.input('left', 'float', left), place.input('right', 'float', right), flags),
      })),
    )
    const ones = (shape: readonly (string | number)[], k: number) => {
      const sizes = shape.map((dim) => (dim === 'n' ? 2 : dim === 'k' ? k : Number(dim)))
      const count = sizes.reduce((product, size) => product * size, 1)
      return hostArray('float', sizes, new Float32Array(count).fill(1))
    }
    const run = async (k: number) =>
      new Set(await valuesOf((await program.run({ left: ones(left, k), right: ones(right, k) })).y))
    expect(await run(3)).toEqual(new Set([3]))
    expect(await run(2)).toEqual(new Set([2]))
    expect(program.stats.sessions).toBe(1)
    expect(await run(0)).toEqual(new Set([0]))
    expect(await run(0)).toEqual(new Set([0]))
    expect(program.stats.sessions).toBe(2)
    expect(await run(3)).toEqual(new Set([3]))
    expect(program.stats.sessions).toBe(3)
    program.dispose()
  })

  test('refuses options that it does not have', async () => {
    const options = { ort: node, provider: ['cpu'] }
    await expect(onnx(options)).rejects.toThrow('provider: onnx() has no such option')
  })

  test('builds constants in, and anew when another array is given', async () => {
    const program = await backend.compile(affine, { constants: ['scale', 'shift'] })
    expect(program.stats.sessions).toBe(0)
    const [scale, shift] = [backend.upload(floats(2)), backend.upload(floats(1))]
    const run = async (given: DeviceArray | HostArray) =>
      valuesOf((await program.run({ x: floats(3, 4), scale: given, shift })).y)
    expect(await run(scale)).toEqual([7, 9])
    expect(program.stats).toMatchObject({ sessions: 1, constantBytes: 8, inputBytes: 8 })
    expect(await run(scale)).toEqual([7, 9])
    expect(program.stats.sessions).toBe(1)
    const another = backend.upload(floats(10))
    expect(await run(another)).toEqual([31, 41])
    expect(program.stats).toMatchObject({ sessions: 2, constantBytes: 8 })
    // A host array may change without notice: it is given to each run.
    expect(await run(floats(0))).toEqual([1, 1])
    expect(await run(floats(1))).toEqual([4, 5])
    expect(program.stats).toMatchObject({ sessions: 3, constantBytes: 4, inputBytes: 12 })
    await expect(backend.compile(affine, { constants: ['bias'] })).rejects.toThrow(
      "affine has no input 'bias'",
    )
    for (const array of [scale, shift, another]) array.dispose()
    program.dispose()
  })

  test('runs a graph whose inputs are all constants', async () => {
    const program = await backend.compile(squared, { constants: ['x'] })
    const x = backend.upload(hostArray('float', [1, 2], [2, 3]))
    for (let i = 0; i < 2; i++) expect(await valuesOf((await program.run({ x })).y)).toEqual([4, 9])
    expect(program.stats).toMatchObject({ sessions: 1, inputBytes: 0, outputBytes: 8 })
    x.dispose()
    program.dispose()
  })

  test('names what failed in a run', async () => {
    const graph = trace('lookup', (place) =>
      place.scoped('embedding', () => ({
        y: gather(place.input('table', 'float', [2, 1]), place.input('ids', 'int', ['batch']), 0),
      })),
    )
    const program = await backend.compile(graph)
    const inputs = { table: hostArray('float', [2, 1], [1, 2]), ids: hostArray('int', [1], [7]) }
    const error = await program.run(inputs).catch((reason: unknown) => reason)
    expect(BackendError.isInstance(error)).toBe(true)
    expect((error as BackendError).message).toMatch(
      /^onnx-\w+: 'lookup' failed at Gather\n[\s\S]*idx=7[\s\S]*hint: check the ids/,
    )
    expect((error as BackendError).cause).toBeInstanceOf(Error)
    program.dispose()
  })
})

test('a provider that cannot start here is an error, not a warning', async () => {
  await expect(onnx({ ort: web, providers: ['webgpu', 'wasm'] })).rejects.toThrow(
    /the provider 'webgpu' does not start here\n[\s\S]*\[webgpu\]/,
  )
  await expect(onnx({ ort: node, providers: ['nonsense'] })).rejects.toThrow(BackendError)
})
