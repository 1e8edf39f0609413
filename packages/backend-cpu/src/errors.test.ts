import {
  AbortError,
  BackendError,
  type Graph,
  GraphError,
  gather,
  hostArray,
  mul,
  reference,
  ShapeError,
  slice,
  trace,
  UnsupportedOpError,
} from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { engines, readAll } from './testing/compare-backends.ts'
import { RandomSource } from './testing/random-source.ts'

const random = new RandomSource(5)
const float = (...shape: number[]) => random.array('float', shape)

const small = trace('small', (place) => {
  const x = place.input('x', 'float', ['batch', 'time'])
  return { y: mul(x, x) }
})

describe.each(engines)('errors ($name)', ({ make }) => {
  const lookup = trace('lookup', (place) =>
    place.scoped('embedding', () => ({
      rows: gather(place.input('table', 'float', [4, 2]), place.input('ids', 'int', ['n'])),
    })),
  )
  const table = float(4, 2)

  test('an index outside names op, place and index, and the donated arrays are lost', async () => {
    const backend = await make()
    const program = await backend.compile(lookup)
    const array = backend.upload(table)
    const failing = program.run({ table: array, ids: hostArray('int', [2], [0, 4]) }, { donate: ['table'] })
    await expect(failing).rejects.toThrow(BackendError)
    await expect(failing).rejects.toThrow(/gather: index 4 is outside.*in embedding.*lost: table/s)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    const fine = await program.run({ table, ids: hostArray('int', [2], [3, 0]) })
    expect(Array.from(await fine.rows!.read())).toEqual([6, 7, 0, 1].map((i) => table.data[i]))
    await backend.dispose()
  })

  test('a run that fails before it starts keeps the donated arrays', async () => {
    const backend = await make()
    const program = await backend.compile(lookup)
    const array = backend.upload(table)
    const wrong = program.run({ table: array, ids: hostArray('int', [1, 2], [0, 1]) }, { donate: ['table'] })
    await expect(wrong).rejects.toThrow(ShapeError)
    await expect(program.run({ table: array }, { donate: ['table'] })).rejects.toThrow(/'ids' is missing/)
    await expect(
      program.run({ table, ids: hostArray('int', [1], [0]) }, { donate: ['table'] }),
    ).rejects.toThrow(/host array/)
    await expect(
      program.run({ table, ids: hostArray('int', [1], [0]) }, { donate: ['none'] }),
    ).rejects.toThrow(/no input 'none'/)
    expect(await array.read()).toEqual(table.data)
    await backend.dispose()
  })

  test('disposed and foreign arrays are refused', async () => {
    const [backend, other] = [await make(), await make()]
    const program = await backend.compile(lookup)
    const ids = hostArray('int', [1], [0])
    const array = backend.upload(table)
    array.dispose()
    await expect(program.run({ table: array, ids })).rejects.toThrow(/'table' is disposed/)
    await expect(array.read()).rejects.toThrow(BackendError)
    await expect(program.run({ table: other.upload(table), ids })).rejects.toThrow(/another backend/)
    await expect(program.run({ table: reference().upload(table), ids })).rejects.toThrow(/another backend/)
    await other.dispose()
    await backend.dispose()
  })

  test('an aborted run does not start', async () => {
    const backend = await make()
    const program = await backend.compile(lookup)
    const run = program.run(
      { table, ids: hostArray('int', [1], [0]) },
      { signal: AbortSignal.abort('enough') },
    )
    await expect(run).rejects.toThrow(AbortError)
    await expect(backend.compile(lookup, { signal: AbortSignal.abort() })).rejects.toThrow(AbortError)
    await backend.dispose()
  })

  test('what is disposed cannot be used', async () => {
    const backend = await make()
    const program = await backend.compile(lookup)
    const array = backend.upload(table)
    program.dispose()
    program.dispose()
    await expect(program.run({ table, ids: hostArray('int', [1], [0]) })).rejects.toThrow(
      /program 'lookup' is disposed/,
    )
    await backend.dispose()
    await backend.dispose()
    await expect(array.read()).rejects.toThrow(/disposed/)
    expect(() => backend.upload(table)).toThrow(/the backend is disposed/)
    await expect(backend.compile(lookup)).rejects.toThrow(BackendError)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })

  test('sizes that do not fit an op are refused by the run', async () => {
    const graph = trace('window', (place) => {
      const x = place.input('x', 'float', ['time', 2])
      return { end: slice(x, 0, 3, 2), rest: slice(x, 0, 0, 'time-1') }
    })
    const backend = await make()
    const program = await backend.compile(graph)
    await expect(program.run({ x: float(4, 2) })).rejects.toThrow(/slice: entries 3 to 5 exceed axis 0 of 4/)
    await expect(program.run({ x: float(0, 2) })).rejects.toThrow(ShapeError)
    await readAll(await program.run({ x: float(5, 2) }))
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    await backend.dispose()
  })

  test('an unknown op and a graph that is not legal are refused by compile', async () => {
    const backend = await make()
    const node = { op: 'fft', inputs: [0], outputs: [1], attributes: {}, scope: 'spectrum' }
    const strange = { ...small, nodes: [node] } as unknown as Graph
    await expect(backend.compile(strange)).rejects.toThrow(UnsupportedOpError)
    await expect(backend.compile({ ...small, nodes: [] })).rejects.toThrow(GraphError)
    await backend.dispose()
  })
})
