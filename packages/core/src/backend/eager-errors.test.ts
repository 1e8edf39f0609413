import { describe, expect, it } from 'vitest'
import { BackendError, GraphError, OptionError, ShapeError } from '../errors.ts'
import { mul, neg } from '../graph/elementwise.ts'
import { gather } from '../graph/indexing.ts'
import { slice } from '../graph/movement.ts'
import { trace } from '../graph/trace.ts'
import { affine, affineResult, errorOf, numbers, w, xs } from '../testing/affine.ts'
import { hostArray64 } from '../testing/run-reference.ts'
import { strictEngine } from '../testing/strict-engine.ts'
import { eagerBackend } from './eager.ts'
import { reference } from './reference/reference.ts'

describe('donation', () => {
  it('disposes what was donated, after the run', async () => {
    const { engine, log } = strictEngine()
    const backend = eagerBackend(engine)
    const program = await backend.compile(affine)
    const given = backend.upload(w)
    const { y } = await program.run({ x: xs, w: given }, { donate: ['w'] })
    expect(await numbers(y)).toEqual(affineResult)
    expect(log.live).toBe(1)
    const error = await errorOf(() => program.run({ x: xs, w: given }))
    expect(BackendError.isInstance(error)).toBe(true)
    expect(String(error)).toContain("strict: input 'w' is disposed")
  })

  it('leaves donated arrays alone when the run fails', async () => {
    const backend = reference()
    const program = await backend.compile(affine)
    const given = backend.upload(w)
    const x = hostArray64('float', [2, 3], [1, 2, 3, 4, 5, 6])
    expect(ShapeError.isInstance(await errorOf(() => program.run({ x, w: given }, { donate: ['w'] })))).toBe(
      true,
    )
    expect(await numbers(given)).toEqual([10, 100])
  })

  it('takes device arrays only', async () => {
    const program = await reference().compile(affine)
    for (const name of ['x', 'other']) {
      const error = await errorOf(() => program.run({ x: xs, w }, { donate: [name] }))
      expect(OptionError.isInstance(error)).toBe(true)
      expect(String(error)).toContain(`'${name}'`)
    }
  })
})

describe('arrays that cannot be used', () => {
  it('refuses an array of another backend', async () => {
    const program = await reference().compile(affine)
    const foreign = reference().upload(w)
    const error = await errorOf(() => program.run({ x: xs, w: foreign }))
    expect(BackendError.isInstance(error)).toBe(true)
    expect(String(error)).toContain("reference: input 'w' is an array of another backend")
  })

  it('refuses to read a disposed array', async () => {
    const array = reference().upload(w)
    array.dispose()
    const error = await errorOf(() => array.read())
    expect(BackendError.isInstance(error)).toBe(true)
    expect(String(error)).toContain('reference: a float array [2] is disposed')
  })

  it('refuses data that do not fit their shape, and frees what it had uploaded', async () => {
    const backend = reference()
    const program = await backend.compile(affine)
    const wrong = { kind: 'float', shape: [2], data: Float64Array.of(1) } as const
    expect(ShapeError.isInstance(await errorOf(() => backend.upload(wrong)))).toBe(true)
    expect(ShapeError.isInstance(await errorOf(() => program.run({ x: xs, w: wrong })))).toBe(true)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })

  it('frees uploads when a later upload fails', async () => {
    const { engine, log } = strictEngine()
    let left = 1
    const upload: typeof engine.upload = (array) => {
      if (left-- === 0) throw new Error('out of memory')
      return engine.upload(array)
    }
    const backend = eagerBackend({ ...engine, upload })
    const program = await backend.compile(affine)
    expect(String(await errorOf(() => program.run({ x: xs, w })))).toContain('out of memory')
    expect(log.live).toBe(0)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })

  it('ends with its backend', async () => {
    const { engine, log } = strictEngine()
    const backend = eagerBackend(engine)
    const program = await backend.compile(affine)
    const array = backend.upload(w)
    await backend.dispose()
    await backend.dispose()
    expect(log.live).toBe(0)
    const actions = [
      () => array.read(),
      () => backend.upload(w),
      () => backend.compile(affine),
      () => program.run({ x: xs, w }),
    ]
    for (const action of actions) expect(BackendError.isInstance(await errorOf(action))).toBe(true)
  })

  it('a disposed program does not run', async () => {
    const program = await reference().compile(affine)
    program.dispose()
    expect(String(await errorOf(() => program.run({ x: xs, w })))).toContain("program 'affine' is disposed")
  })
})

describe('failures', () => {
  it('an error of a kernel names op, operands and place, and leaves nothing behind', async () => {
    const { engine, log } = strictEngine((op) => {
      if (op === 'mul') throw new TypeError('no device')
    })
    const backend = eagerBackend(engine)
    const graph = trace('step', (place) => {
      const x = place.input('x', 'float', ['n'])
      return { y: place.scoped('layer', () => mul(neg(x), neg(neg(x)))) }
    })
    const program = await backend.compile(graph)
    const error = await errorOf(() => program.run({ x: w }))
    expect(BackendError.isInstance(error)).toBe(true)
    expect(String(error)).toBe(
      'BackendError: strict: mul: no device\n  operand 0  float [2]\n  operand 1  float [2]\n  in layer',
    )
    expect((error as BackendError).cause).toBeInstanceOf(TypeError)
    expect(log.live).toBe(0)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })

  it('a window that does not fit the sizes of a run is a ShapeError before anything runs', async () => {
    const { engine, log } = strictEngine()
    const graph = trace('window', (place) => {
      const x = place.input('x', 'float', ['time'])
      return { y: place.scoped('decoder', () => slice(neg(x), 0, 1, 2)) }
    })
    const program = await eagerBackend(engine).compile(graph)
    const run = (size: number) => program.run({ x: hostArray64('float', [size], Array(size).fill(1)) })
    expect((await run(3)).y!.shape).toEqual([2])
    const before = log.ops.length
    const error = await errorOf(() => run(2))
    expect(ShapeError.isInstance(error)).toBe(true)
    expect(String(error)).toContain('slice: entries 1 to 3 exceed axis 0 of 2')
    expect(String(error)).toContain('(decoder)')
    expect(log.ops.length).toBe(before)
  })

  it('refuses a graph that is not legal', async () => {
    const broken = { ...affine, outputs: [{ name: 'y', value: 99 }] }
    expect(GraphError.isInstance(await errorOf(() => reference().compile(broken)))).toBe(true)
  })

  it('refuses a constant that is no input', async () => {
    const error = await errorOf(() => reference().compile(affine, { constants: ['w', 'v'] }))
    expect(OptionError.isInstance(error)).toBe(true)
    expect(String(error)).toContain("affine has no input 'v'")
  })
})

it('an index outside its axis is an error with its place', async () => {
  const graph = trace('embed', (place) => {
    const table = place.input('table', 'float', [3, 2])
    const ids = place.input('ids', 'int', ['n'])
    return { rows: place.scoped('encoder.embedding', () => gather(table, ids)) }
  })
  const backend = reference()
  const program = await backend.compile(graph)
  const table = hostArray64('float', [3, 2], [1, 2, 3, 4, 5, 6])
  const error = await errorOf(() => program.run({ table, ids: hostArray64('int', [2], [0, 3]) }))
  expect(String(error)).toContain('gather: index 3 (element 1 of the ids) is outside axis 0 of size 3')
  expect(String(error)).toContain('in encoder.embedding')
  expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
})
