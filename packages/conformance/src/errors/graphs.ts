import type { CompositeName, Graph } from '@dragoman/core'
import {
  BackendError,
  compositeNames,
  GraphError,
  gather,
  neg,
  ShapeError,
  slice,
  trace,
  UnsupportedOpError,
} from '@dragoman/core'
import { floats, ints } from '../array.ts'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { compositeSamples } from '../composites/samples.ts'
import { graphOf } from '../ops/op-sample.ts'
import { readAll } from '../run-graph.ts'
import type { ExpectedError } from './expect-error.ts'
import { errorCase, expectError } from './expect-error.ts'

const negative = trace('negative', (place) => ({ y: neg(place.input('x', 'float', ['size'])) }))

const unsupported = ({ backend }: CaseContext, op: string, ...facts: string[]): ExpectedError => ({
  classes: [UnsupportedOpError],
  facts: [backend.name, op, ...facts],
})

/** An op that no list of ops has: no legal graph, and nothing that a backend could support. */
const unknown = errorCase('a graph with an unknown op is refused by compile', async (context) => {
  const node = { op: 'fft', inputs: [0], outputs: [1], attributes: {}, scope: 'spectrum' }
  const strange = { ...negative, nodes: [node] } as unknown as Graph
  const expected: ExpectedError = { classes: [UnsupportedOpError, GraphError], facts: ['fft', 'spectrum'] }
  await expectError(context, 'compile', expected, () => context.backend.compile(strange))
})

const illegal = errorCase('a graph that is not legal is refused by compile', async (context) => {
  const expected: ExpectedError = { classes: [GraphError], facts: [] }
  const undone = { ...negative, nodes: [] }
  await expectError(context, 'compile', expected, () => context.backend.compile(undone))
  const nowhere = { ...negative, outputs: [{ name: 'y', value: 99 }] }
  await expectError(context, 'compile', expected, () => context.backend.compile(nowhere))
})

/** What a backend does not take whole, it refuses by name: nobody has lowered the graph. */
function wholeCase(op: keyof typeof compositeSamples): ConformanceCase {
  return errorCase(`${op} is taken whole or refused by compile`, async (context) => {
    const { backend } = context
    const graph = graphOf(op as CompositeName, compositeSamples[op][0]! as never)
    if (!backend.composites.has(op)) {
      await expectError(context, 'compile', unsupported(context, op), () => backend.compile(graph))
      return
    }
    const program = await backend.compile(graph)
    const [sample] = compositeSamples[op]
    const inputs = Object.fromEntries(sample!.inputs.map((input, i) => [`${i}`, input]))
    const outputs = await readAll(await program.run(inputs))
    context.expectSame('outputs', Object.keys(outputs).length, graph.outputs.length)
    program.dispose()
  })
}

/** A set of names that core has. */
const named = errorCase('composites are names of the list', async (context) => {
  const strange = [...context.backend.composites].find((name) => !compositeNames.includes(name))
  context.expectSame('a composite that core does not have', strange ?? 'none', 'none')
})

/** Sizes that a graph cannot work with are refused before anything is computed. */
const windows = errorCase('sizes that do not fit an op are refused by the run', async (context) => {
  const { backend } = context
  const window = trace('window', (place) => {
    const x = place.input('x', 'float', ['time'])
    return { end: slice(x, 0, 3, 2), rest: slice(x, 0, 0, 'time-1') }
  })
  const program = await backend.compile(window)
  const expected: ExpectedError = { classes: [ShapeError, BackendError], facts: [] }
  for (const size of [4, 0]) {
    const x = floats([size], new Float64Array(size))
    await expectError(context, `a run of ${size}`, expected, () => program.run({ x }))
  }
  const outputs = await readAll(await program.run({ x: floats([5], [1, 2, 3, 4, 5]) }))
  context.expectSame('outputs of 5', `${outputs.end!.data} ${outputs.rest!.data}`, '4,5 1,2,3,4')
  program.dispose()
})

/** The contract: an index outside its axis is an error or reads 0, and touches no other memory. */
const indices = errorCase('an index outside its axis is an error or reads 0', async (context) => {
  const lookup = trace('lookup', (place) => ({
    rows: place.scoped('embedding', () =>
      gather(place.input('table', 'float', [4, 2]), place.input('ids', 'int', ['size'])),
    ),
  }))
  const program = await context.backend.compile(lookup)
  const table = context.backend.upload(floats([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]))
  for (const id of [4, -1, 2 ** 31 - 1]) {
    const outcome = await program.run({ table, ids: ints([3], [3, id, 0]) }).then(
      async (outputs) => String((await readAll(outputs)).rows!.data),
      // A backend whose ints are floats refuses the largest one as such.
      (error: unknown) =>
        BackendError.isInstance(error) || UnsupportedOpError.isInstance(error) ? 'an error' : String(error),
    )
    const read = outcome === 'an error' ? outcome : '7,8,0,0,1,2'
    context.expectSame(`rows 3, ${id} and 0`, outcome, read)
  }
  const after = await readAll(await program.run({ table, ids: ints([1], [1]) }))
  context.expectSame('a run after it', String(after.rows!.data), '3,4')
  table.dispose()
  program.dispose()
})

/** Graphs that compile must not take, and runs that their ops cannot do. */
export const graphErrorCases: readonly ConformanceCase[] = [
  unknown,
  illegal,
  named,
  windows,
  indices,
  ...(Object.keys(compositeSamples) as (keyof typeof compositeSamples)[]).map(wholeCase),
]
