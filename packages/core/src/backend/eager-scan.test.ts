import { describe, expect, it } from 'vitest'
import { BackendError } from '../errors.ts'
import { add, cast, mul, neg } from '../graph/elementwise.ts'
import type { Graph } from '../graph/graph.ts'
import { constant, iota, size } from '../graph/movement.ts'
import { scan } from '../graph/scan.ts'
import type { Tensor } from '../graph/tensor.ts'
import { trace } from '../graph/trace.ts'
import { hostArray64 } from '../testing/run-reference.ts'
import { type StrictHandle, strictEngine } from '../testing/strict-engine.ts'
import type { ProgramInputs } from './contract.ts'
import { type EagerOptions, eagerBackend } from './eager.ts'

type Float = Tensor<'float'>
type Engine = EagerOptions<StrictHandle>

/** Outputs of a run on the strict engine, which must give all memory back. */
async function run(
  graph: Graph,
  inputs: ProgramInputs,
  hooks: (engine: Engine) => Partial<Engine> = () => ({}),
): Promise<Record<string, number[]>> {
  const { engine, log } = strictEngine()
  const backend = eagerBackend({ ...engine, ...hooks(engine) })
  const outputs = await (await backend.compile(graph)).run(inputs)
  const results: Record<string, number[]> = {}
  for (const [name, array] of Object.entries(outputs)) {
    results[name] = [...(await array.read())]
    expect(array.shape.reduce((product, dim) => product * dim, 1)).toBe(results[name].length)
    array.dispose()
  }
  expect(log.live).toBe(0)
  expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  return results
}

/** s ← s·decay + x, with the sum before each step as y; decay is a constant of the loop. */
function leakySum(reverse: boolean): Graph {
  return trace('leaky', (place) => {
    const s = place.input('s', 'float', [2])
    const x = place.input('x', 'float', ['time', 2])
    const decay = place.input('decay', 'float', [])
    const { carry, ys } = scan('sum', place, { carry: { s }, xs: { x }, reverse }, (at, step) => ({
      carry: { s: add(mul(at.s, decay), step.x as Float) },
      ys: { before: at.s, doubled: mul(step.x as Float, 2) },
    }))
    return { s: carry.s, before: ys.before, doubled: ys.doubled }
  })
}

const s = hostArray64('float', [2], [1, -1])
const x = hostArray64('float', [3, 2], [1, 2, 3, 4, 5, 6])
const decay = hostArray64('float', [], [0.5])

// By hand: 1 → 0.5+1 = 1.5 → 0.75+3 = 3.75 → 1.875+5; −1 → −0.5+2 = 1.5 → 0.75+4 → 2.375+6.
describe('scan', () => {
  it('goes through the xs and stacks the ys', async () => {
    expect(await run(leakySum(false), { s, x, decay })).toEqual({
      s: [6.875, 8.375],
      before: [1, -1, 1.5, 1.5, 3.75, 4.75],
      doubled: [2, 4, 6, 8, 10, 12],
    })
  })

  // By hand: 1 → 0.5+5 = 5.5 → 2.75+3 = 5.75 → 2.875+1; −1 → −0.5+6 = 5.5 → 2.75+4 = 6.75 → 3.375+2.
  it('goes from the last to the first, and entry t of the ys belongs to entry t of the xs', async () => {
    expect(await run(leakySum(true), { s, x, decay })).toEqual({
      s: [3.875, 5.375],
      before: [5.75, 6.75, 5.5, 5.5, 1, -1],
      doubled: [2, 4, 6, 8, 10, 12],
    })
  })

  it('takes entries and stacks parts with kernels of the engine, where it has some', async () => {
    const used: string[] = []
    const hooks = ({ kernels, free }: Engine): Partial<Engine> => ({
      entry({ kind, shape, handle }, index) {
        used.push(`entry ${index}`)
        const sizes = [1, ...shape.slice(1)]
        const starts = shape.map((_, axis) => (axis === 0 ? index : 0))
        const row = kernels.slice([{ kind, shape, handle }], { starts, sizes }, { kind, shape: sizes })
        const entry = kernels.reshape(
          [{ kind, shape: sizes, handle: row }],
          { shape: sizes.slice(1) },
          {
            kind,
            shape: sizes.slice(1),
          },
        )
        free(row)
        return entry
      },
      // The elements of parts of rank 1 after one another are those of the stack.
      stack(parts, { kind }) {
        used.push(`stack ${parts.length}`)
        return kernels.concat(parts, { axis: 0 }, { kind, shape: [2 * parts.length] })
      },
    })
    const results = await run(leakySum(true), { s, x, decay }, hooks)
    expect(results).toEqual(await run(leakySum(true), { s, x, decay }))
    expect(used).toEqual(['entry 2', 'entry 1', 'entry 0', 'stack 3', 'stack 3'])
  })

  it('of no steps gives the carries as they were, and ys of no entries', async () => {
    const none = hostArray64('float', [0, 2], [])
    expect(await run(leakySum(false), { s, x: none, decay })).toEqual({ s: [1, -1], before: [], doubled: [] })
  })

  it('without xs runs as often as a size says', async () => {
    const graph = trace('powers', (place) => {
      const rows = place.input('rows', 'float', ['n', 1])
      const one = constant(place, 'float', [], [1])
      const loop = { carry: { p: one }, xs: {}, length: rows.size(0) }
      const { carry, ys } = scan('double', place, loop, ({ p }) => ({
        carry: { p: mul(p, 2) as typeof p },
        ys: { p2: p, n: size(p, rows.size(0)) },
      }))
      return { p: carry.p, ...ys }
    })
    const rows = hostArray64('float', [4, 1], [0, 0, 0, 0])
    expect(await run(graph, { rows })).toEqual({ p: [16], p2: [1, 2, 4, 8], n: [4, 4, 4, 4] })
  })

  it('takes carries that swap, stay or are given out twice, and a carry that is a constant too', async () => {
    const graph = trace('swap', (place) => {
      const a = place.input('a', 'float', [])
      const b = place.input('b', 'float', [])
      const x = place.input('x', 'int', ['time'])
      const loop = { carry: { a, b, still: a }, xs: { x } }
      const { carry, ys } = scan('swap', place, loop, (at, step) => ({
        carry: { a: at.b, b: at.a, still: at.still },
        ys: { x: step.x, x2: step.x, b2: at.b, outer: b },
      }))
      return { ...carry, ...ys }
    })
    const inputs = {
      a: hostArray64('float', [], [1]),
      b: hostArray64('float', [], [2]),
      x: hostArray64('int', [3], [7, 8, 9]),
    }
    expect(await run(graph, inputs)).toEqual({
      a: [2],
      b: [1],
      still: [1],
      x: [7, 8, 9],
      x2: [7, 8, 9],
      b2: [2, 1, 2],
      outer: [2, 2, 2],
    })
  })

  it('stands inside another', async () => {
    const graph = trace('nested', (place) => {
      const x = place.input('x', 'float', ['rows', 'columns'])
      const zero = place.input('zero', 'float', [])
      const { carry, ys } = scan('rows', place, { carry: { all: zero }, xs: { x } }, ({ all }, row) => {
        const inner = { carry: { sum: zero }, xs: { x: row.x } }
        const { carry } = scan('columns', all.trace, inner, ({ sum }, cell) => ({
          carry: { sum: add(sum, cell.x as Float) },
          ys: {},
        }))
        const index = cast(iota(all, [1]), 'float')
        return { carry: { all: add(all, carry.sum) }, ys: { sums: carry.sum, index } }
      })
      return { all: carry.all, ...ys }
    })
    const inputs = { x, zero: hostArray64('float', [], [0]) }
    expect(await run(graph, inputs)).toEqual({ all: [21], sums: [3, 7, 11], index: [0, 0, 0] })
  })

  it('gives ys of shape [0, …] for kinds other than float', async () => {
    const graph = trace('empty', (place) => {
      const x = place.input('x', 'bool', ['time', 2])
      return scan('body', place, { carry: {}, xs: { x } }, (_, step) => ({ carry: {}, ys: { y: step.x } })).ys
    })
    expect(await run(graph, { x: hostArray64('bool', [0, 2], []) })).toEqual({ y: [] })
  })

  it('keeps no more than the parts and one step of its body', async () => {
    const { engine, log } = strictEngine()
    const graph = trace('long', (place) => {
      const x = place.input('x', 'float', ['time', 1])
      return scan('body', place, { carry: {}, xs: { x } }, (_, step) => ({
        carry: {},
        ys: { y: neg(neg(neg(neg(step.x as Float)))) },
      })).ys
    })
    const backend = eagerBackend(engine)
    const program = await backend.compile(graph)
    const { y } = await program.run({ x: hostArray64('float', [40, 1], Array(40).fill(3)) })
    expect([...(await y!.read())]).toEqual(Array(40).fill(3))
    // 40 parts, the input, and two more while one is made from another.
    expect(log.peak).toBeLessThanOrEqual(43)
    y!.dispose()
    expect(log.live).toBe(0)
  })

  it.each([
    ['slice', 3],
    ['reshape', 5],
    ['mul', 2],
    ['add', 3],
    ['constant', 1],
    ['concat', 2],
  ] as const)('leaves nothing behind when %s fails the time %i', async (failing, nth) => {
    const { engine, log } = strictEngine((op) => {
      if (op === failing && log.ops.filter((each) => each === op).length === nth) throw new Error('failed')
    })
    const backend = eagerBackend(engine)
    const program = await backend.compile(leakySum(false))
    await expect(program.run({ s, x, decay })).rejects.toSatisfy(BackendError.isInstance.bind(BackendError))
    expect(log.live).toBe(0)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })
})
