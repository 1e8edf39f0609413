import { describe, expect, it } from 'vitest'
import { AbortError, UnsupportedOpError } from '../errors.ts'
import { dropoutMask } from '../graph/composites/dropout.ts'
import { softmax } from '../graph/composites/softmax.ts'
import { add, mul, neg } from '../graph/elementwise.ts'
import { reduceSum } from '../graph/reduce.ts'
import { scan } from '../graph/scan.ts'
import { trace } from '../graph/trace.ts'
import { affine, affineResult, errorOf, numbers, w, xs } from '../testing/affine.ts'
import { hostArray64 } from '../testing/run-reference.ts'
import { type StrictHandle, strictEngine } from '../testing/strict-engine.ts'
import { eagerBackend } from './eager.ts'
import { reference } from './reference/reference.ts'

describe('runs', () => {
  it('one program serves every size', async () => {
    const program = await reference().compile(affine)
    const first = await program.run({ x: xs, w })
    expect(await numbers(first.y)).toEqual(affineResult)
    const second = await program.run({ x: hostArray64('float', [1, 2], [0, 1]), w })
    expect(second.y!.shape).toEqual([1, 2])
    expect(await numbers(second.y)).toEqual([1, 101])
    const none = await program.run({ x: hostArray64('float', [0, 2], []), w })
    expect(await numbers(none.y)).toEqual([])
  })

  it('does not mind values that rewriting left behind', async () => {
    const values = [...affine.values, { kind: 'float', shape: ['gone'] } as const]
    const program = await reference().compile({ ...affine, values })
    expect(await numbers((await program.run({ x: xs, w })).y)).toEqual(affineResult)
  })

  it('takes host arrays and device arrays side by side, and frees only what it uploaded', async () => {
    const { engine, log } = strictEngine()
    const backend = eagerBackend(engine)
    const program = await backend.compile(affine)
    const kept = backend.upload(w)
    const { y } = await program.run({ x: xs, w: kept })
    expect(await numbers(y)).toEqual(affineResult)
    expect(await numbers(kept)).toEqual([10, 100])
    expect(backend.live()).toEqual({ arrays: 2, bytes: 6 * 8 })
    y!.dispose()
    y!.dispose()
    kept.dispose()
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    expect(log.live).toBe(0)
  })

  it('an upload and a read are copies', async () => {
    const backend = reference()
    const data = Float64Array.of(1, 2)
    const array = backend.upload({ kind: 'float', shape: [2], data })
    data[0] = 9
    const copy = await array.read()
    copy[1] = 9
    expect(await numbers(array)).toEqual([1, 2])
  })

  it('frees each value after its last use', async () => {
    const { engine, log } = strictEngine()
    const chain = trace('chain', (place) => {
      let x = place.input('x', 'float', [2])
      place.input('unused', 'float', [2])
      for (let i = 0; i < 50; i++) x = neg(x)
      return { x }
    })
    const program = await eagerBackend(engine).compile(chain)
    const { x } = await program.run({ x: w, unused: w })
    expect(await numbers(x)).toEqual([10, 100])
    expect(log.peak).toBe(2)
    expect(log.live).toBe(1)
  })

  it('an output that is an input, or the same value twice, is an array of its own', async () => {
    const { engine, log } = strictEngine()
    const backend = eagerBackend(engine)
    const graph = trace('same', (place) => {
      const x = place.input('x', 'float', [2])
      place.input('unused', 'float', [2])
      const y = neg(x)
      return { x, again: x, y, z: y }
    })
    const program = await backend.compile(graph)
    const given = backend.upload(w)
    const fromDevice = await program.run({ x: given, unused: w })
    given.dispose()
    const fromHost = await program.run({ x: w, unused: w })
    for (const outputs of [fromDevice, fromHost]) {
      outputs.x!.dispose()
      outputs.y!.dispose()
      expect(await numbers(outputs.again)).toEqual([10, 100])
      expect(await numbers(outputs.z)).toEqual([-10, -100])
      outputs.again!.dispose()
      outputs.z!.dispose()
    }
    expect(log.live).toBe(0)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })

  it('two runs at once are both right', async () => {
    const program = await reference().compile(affine)
    const inputs = [0, 1, 2, 3].map((n) => hostArray64('float', [1, 2], [n, -n]))
    const outputs = await Promise.all(inputs.map((x) => program.run({ x, w })))
    expect(await Promise.all(outputs.map(({ y }) => numbers(y)))).toEqual([
      [1, 1],
      [11, -99],
      [21, -199],
      [31, -299],
    ])
  })

  it('counts the nodes, with those in loops', async () => {
    const graph = trace('loop', (place) => {
      const x = place.input('x', 'float', ['time'])
      const zero = mul(reduceSum(x), 0)
      return scan('sum', place, { carry: { s: zero }, xs: { x } }, ({ s }, step) => ({
        carry: { s: add(s, step.x) as typeof s },
        ys: {},
      })).carry
    })
    const { stats } = await reference().compile(graph)
    expect(stats.nodes).toBe(5)
    expect(stats.compileMs).toBeGreaterThanOrEqual(0)
  })
})

describe('the hooks of an engine', () => {
  it('all work is done within, and a run reports what it counted', async () => {
    let inside = 0
    const outside: string[] = []
    const { engine, log } = strictEngine((op) => {
      if (inside !== 1) outside.push(op)
    })
    const upload: typeof engine.upload = (array) => {
      if (inside !== 1) outside.push('upload')
      return engine.upload(array)
    }
    const within = <T>(work: () => T): T => {
      inside += 1
      try {
        return work()
      } finally {
        inside -= 1
      }
    }
    const counters = () => ({ kernels: log.ops.length })
    const backend = eagerBackend({ ...engine, upload, within, counters })
    const program = await backend.compile(affine)
    const given = backend.upload(w)
    for (let i = 0; i < 2; i++) {
      const { y } = await program.run({ x: xs, w: given })
      expect(await numbers(y)).toEqual(affineResult)
    }
    expect(outside).toEqual([])
    expect(log.ops.length).toBeGreaterThan(0)
    expect(program.stats.kernels).toBe(log.ops.length / 2)
  })
})

describe('composites', () => {
  const graph = trace('weights', (place) => ({ y: softmax(place.input('x', 'float', ['n', 3])) }))
  const x = hostArray64('float', [1, 3], [1, 2, 3])

  it('refuses what it has no kernel for when it compiles, also inside a loop', async () => {
    const looped = trace('loop', (place) => {
      const x = place.input('x', 'float', ['time', 3])
      return scan('body', place, { carry: {}, xs: { x } }, (_, step) => ({
        carry: {},
        ys: { y: place.scoped('attention', () => softmax(step.x as typeof x)) },
      })).ys
    })
    for (const each of [graph, looped]) {
      const error = await errorOf(() => reference().compile(each))
      expect(UnsupportedOpError.isInstance(error)).toBe(true)
      expect(String(error)).toContain('reference: softmax: not supported')
      expect(String(error)).toContain('lower the graph first')
    }
  })

  it('refuses dropout masks', async () => {
    const masks = trace('masks', (place) => {
      const key = place.input('key', 'int', [3])
      return { mask: dropoutMask({ key, site: 7 }, [2], 0.5) }
    })
    const error = await errorOf(() => reference().compile(masks))
    expect(UnsupportedOpError.isInstance(error)).toBe(true)
    expect(String(error)).toContain('draw the masks in core')
  })

  it('runs the kernel of a composite that it names', async () => {
    const { engine } = strictEngine()
    const made: StrictHandle = { elements: Float64Array.of(7, 8, 9), isFreed: false }
    const backend = eagerBackend({ ...engine, composites: { softmax: () => [made] } })
    expect([...backend.composites]).toEqual(['softmax'])
    const { y } = await (await backend.compile(graph)).run({ x })
    expect(await numbers(y)).toEqual([7, 8, 9])
    expect(y!.shape).toEqual([1, 3])
  })
})

describe('abort', () => {
  it('stops before compile and before a run', async () => {
    const backend = reference()
    const signal = AbortSignal.abort(new Error('enough'))
    const program = await backend.compile(affine)
    for (const action of [
      () => backend.compile(affine, { signal }),
      () => program.run({ x: xs, w }, { signal }),
    ]) {
      const error = await errorOf(action)
      expect(AbortError.isInstance(error)).toBe(true)
      expect((error as AbortError).cause).toEqual(new Error('enough'))
    }
  })

  it('stops between the steps of a loop and leaves nothing behind', async () => {
    const controller = new AbortController()
    const { engine, log } = strictEngine(() => {
      if (log.ops.filter((op) => op === 'neg').length === 3) controller.abort()
    })
    const backend = eagerBackend(engine)
    const graph = trace('loop', (place) => {
      const x = place.input('x', 'float', ['time', 2])
      return scan('body', place, { carry: {}, xs: { x } }, (_, step) => ({
        carry: {},
        ys: { y: neg(step.x as typeof x) },
      })).ys
    })
    const program = await backend.compile(graph)
    const x = hostArray64('float', [50, 2], Array(100).fill(1))
    const error = await errorOf(() => program.run({ x }, { signal: controller.signal }))
    expect(AbortError.isInstance(error)).toBe(true)
    expect(log.ops.filter((op) => op === 'neg').length).toBe(3)
    expect(log.live).toBe(0)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })
})
