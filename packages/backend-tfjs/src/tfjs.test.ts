import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-backend-wasm'
import { add, erf, type Graph, gather, hostArray, neg, scan, trace } from '@dragoman/core'
import { BackendError, OptionError, UnsupportedOpError } from '@dragoman/core/backend'
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { TensorFlow } from './tensorflow.ts'
import { tfjs } from './tfjs.ts'

const graph: Graph = trace('twice', (place) => {
  const x = place.input('x', 'float', ['n'])
  return { y: add(x, neg(neg(x))) }
})
const x = hostArray('float', [2], [1, 2.5])

async function errorOf(action: () => Promise<unknown>): Promise<unknown> {
  return action().then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** TensorFlow.js with another version, or other backends registered. */
function tfWith(parts: { version_core?: string; registryFactory?: object }): TensorFlow {
  const { version_core = tf.version_core, registryFactory } = parts
  const engine = registryFactory ? () => ({ ...tf.engine(), registryFactory }) : tf.engine
  return { ...tf, version_core, engine } as unknown as TensorFlow
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('what is given', () => {
  const cases: [string, unknown, string][] = [
    ['nothing', undefined, 'it is not the module TensorFlow.js'],
    ['something else', { add }, 'it is not the module TensorFlow.js'],
    ['an old version', tfWith({ version_core: '3.21.0' }), 'TensorFlow.js 3.21.0 is not supported'],
    ['an older 4', tfWith({ version_core: '4.21.9' }), 'TensorFlow.js 4.21.9 is not supported'],
    ['no backend', tfWith({ registryFactory: {} }), 'TensorFlow.js has no backend registered'],
  ]
  test.each(cases)('%s is refused', async (_, given, message) => {
    const error = await errorOf(() => tfjs({ tf: given as TensorFlow }))
    expect(OptionError.isInstance(error)).toBe(true)
    expect(String(error)).toContain(message)
  })

  test('a backend that is not registered is refused, with those that are', async () => {
    const error = await errorOf(() => tfjs({ tf, backend: 'webgpu' }))
    expect(OptionError.isInstance(error)).toBe(true)
    expect(String(error)).toContain("no backend 'webgpu' registered")
    expect(String(error)).toMatch(/registered are: .*wasm/)
  })

  test('a backend that does not start is refused, not replaced by another', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    await tf.setBackend('cpu')
    tf.registerBackend('broken', () => Promise.reject(new Error('no threads here')), 9)
    const error = await errorOf(() => tfjs({ tf, backend: 'broken' }))
    expect(OptionError.isInstance(error)).toBe(true)
    expect(String(error)).toContain("the backend 'broken' of TensorFlow.js does not start")
    expect(tf.getBackend()).toBe('cpu')
    tf.removeBackend('broken')
  })

  test('an option that there is not is refused', async () => {
    const error = await errorOf(() => tfjs({ tf, threads: 2 } as { tf: TensorFlow }))
    expect(OptionError.isInstance(error)).toBe(true)
    expect(String(error)).toContain('threads: tfjs has no such option')
  })

  test('two that are opened at once leave the current backend as it was', async () => {
    await tf.setBackend('cpu')
    const { wasm } = tf.engine().registryFactory
    const slow = async () => (await wasm!.factory()) as tf.KernelBackend
    for (const name of ['slow', 'slower']) {
      tf.registerBackend(name, slow)
      tf.copyRegisteredKernels('wasm', name)
    }
    const opened = await Promise.all(['slow', 'slower'].map((backend) => tfjs({ tf, backend })))
    expect(opened.map(({ name }) => name)).toEqual(['tfjs-slow', 'tfjs-slower'])
    expect(tf.getBackend()).toBe('cpu')
    for (const name of ['slow', 'slower']) tf.removeBackend(name)
  })

  test('the current backend is the default, and info says which one was passed over', async () => {
    await tf.setBackend('cpu')
    const backend = await tfjs({ tf })
    expect(backend.name).toBe('tfjs-cpu')
    expect(backend.info()).toMatchObject({
      engine: `TensorFlow.js ${tf.version_core}`,
      backend: 'cpu',
      precision: 'float32',
      exactInts: true,
      passedOver: 'wasm',
    })
    const wasm = await tfjs({ tf, backend: 'wasm' })
    expect(wasm.info()).toMatchObject({ backend: 'wasm', simd: true, threads: false })
    expect(wasm.info().passedOver).toBeUndefined()
  })
})

describe('the global state of TensorFlow.js', () => {
  test('two backends take turns, and the current one stays', async () => {
    await tf.setBackend('cpu')
    const backends = [await tfjs({ tf, backend: 'cpu' }), await tfjs({ tf, backend: 'wasm' })]
    const programs = await Promise.all(backends.map((backend) => backend.compile(graph)))
    const given = backends.map((backend) => backend.upload(x))
    for (const current of ['wasm', 'cpu']) {
      await tf.setBackend(current)
      const runs = [0, 1, 0, 1].map((i) => programs[i]!.run({ x: given[i]! }))
      for (const { y } of await Promise.all(runs)) {
        expect([...(await y!.read())]).toEqual([2, 5])
        y!.dispose()
      }
      expect(tf.getBackend()).toBe(current)
    }
    for (const array of given) array.dispose()
  })

  test('tf.tidy around a run frees nothing of ours', async () => {
    const backend = await tfjs({ tf, backend: 'cpu' })
    const program = await backend.compile(graph)
    let run: ReturnType<typeof program.run> | undefined
    tf.tidy(() => {
      run = program.run({ x })
    })
    const { y } = await run!
    expect([...(await y!.read())]).toEqual([2, 5])
    y!.dispose()
  })

  test('host data may change after an upload, and what was read after it', async () => {
    const backend = await tfjs({ tf, backend: 'cpu' })
    const data = Float32Array.of(1, 2)
    const array = backend.upload({ kind: 'float', shape: [2], data })
    data.fill(7)
    const read = await array.read()
    expect([...read]).toEqual([1, 2])
    read.fill(8)
    expect([...(await array.read())]).toEqual([1, 2])
    array.dispose()
  })

  test('a backend that was removed from TensorFlow.js is an error, and disposing is harmless', async () => {
    const { factory, priority } = tf.engine().registryFactory.cpu!
    tf.registerBackend('other', factory, priority)
    tf.copyRegisteredKernels('cpu', 'other')
    const backend = await tfjs({ tf, backend: 'other' })
    const array = backend.upload(x)
    const program = await backend.compile(graph)
    tf.removeBackend('other')
    for (const action of [() => program.run({ x: array }), () => array.read()]) {
      const error = await errorOf(action)
      expect(BackendError.isInstance(error)).toBe(true)
      expect(String(error)).toContain("tfjs-other: the backend 'other' was removed")
    }
    await backend.dispose()
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })
})

test('an op for which a kernel is missing is refused when it is compiled, also in a loop', async () => {
  const { factory, priority } = tf.engine().registryFactory.cpu!
  tf.registerBackend('poor', factory, priority)
  tf.copyRegisteredKernels('cpu', 'poor')
  tf.unregisterKernel('Erf', 'poor')
  const backend = await tfjs({ tf, backend: 'poor' })
  const looped = trace('loop', (place) => {
    const x = place.input('x', 'float', ['time', 2])
    return scan('body', place, { carry: {}, xs: { x } }, (_, step) => ({
      carry: {},
      ys: { y: place.scoped('gelu', () => erf(step.x as typeof x)) },
    })).ys
  })
  const error = await errorOf(() => backend.compile(looped))
  expect(UnsupportedOpError.isInstance(error)).toBe(true)
  expect(String(error)).toContain("tfjs-poor: erf: the backend 'poor' of TensorFlow.js has no kernel Erf")
  tf.removeBackend('poor')
})

test('an error of a kernel names op, operands and place, and leaves no tensor', async () => {
  const backend = await tfjs({ tf, backend: 'wasm' })
  const lookup = trace('lookup', (place) => {
    const table = place.input('table', 'float', [3, 2])
    const ids = place.input('ids', 'int', ['n'])
    return { rows: place.scoped('encoder.embedding', () => gather(table, ids)) }
  })
  const program = await backend.compile(lookup)
  const before = tf.memory().numTensors
  const table = hostArray('float', [3, 2], [1, 2, 3, 4, 5, 6])
  const error = await errorOf(() => program.run({ table, ids: hostArray('int', [2], [0, 3]) }))
  expect(BackendError.isInstance(error)).toBe(true)
  expect(String(error)).toContain('gather: index 3 (element 1 of the ids) is outside axis 0 of size 3')
  expect(String(error)).toContain('in encoder.embedding')
  expect(tf.memory().numTensors).toBe(before)
})
