import type { HostArray, Program, ProgramInputs } from '@dragoman/core'
import { BackendError, gather, matmul, OptionError, reference, ShapeError, trace } from '@dragoman/core'
import { bools, floats, ints } from '../array.ts'
import type { CaseContext, ConformanceCase } from '../case.ts'
import type { ExpectedError } from './expect-error.ts'
import { errorCase, expectError } from './expect-error.ts'

/** Rows of a table, by ids, times a weight. */
const lookup = trace('lookup', (place) => {
  const table = place.input('table', 'float', ['tokens', 3])
  const ids = place.input('ids', 'int', ['batch'])
  const weight = place.input('weight', 'float', [3, 'batch'])
  return { y: place.scoped('embedding', () => matmul(gather(table, ids), weight)) }
})

const good: Readonly<Record<string, HostArray>> = {
  table: floats([2, 3], [1, 2, 3, 4, 5, 6]),
  ids: ints([2], [0, 1]),
  weight: floats([3, 2], [1, 0, 0, 1, 1, 1]),
}

const shape = (...facts: (string | RegExp)[]): ExpectedError => ({ classes: [ShapeError], facts })

/** Runs that must be refused, and what must be said. */
const refused: readonly {
  readonly name: string
  readonly inputs: (context: CaseContext) => Readonly<Record<string, unknown>>
  readonly error: ExpectedError
}[] = [
  {
    name: 'a missing input',
    inputs: () => ({ table: good.table, ids: good.ids }),
    error: shape('lookup', "'weight'", 'missing', 'float [3, batch]'),
  },
  {
    name: 'an unknown input',
    inputs: () => ({ ...good, mask: good.ids }),
    error: shape('lookup', "'mask'", 'no input'),
  },
  {
    name: 'an input of another rank',
    inputs: () => ({ ...good, table: floats([6], [1, 2, 3, 4, 5, 6]) }),
    error: shape('lookup', "'table'", '[tokens, 3]', '[6]'),
  },
  {
    name: 'an input of another size',
    inputs: () => ({ ...good, table: floats([3, 2], [1, 2, 3, 4, 5, 6]) }),
    error: shape('lookup', "'table'", '[tokens, 3]', '[3, 2]'),
  },
  {
    name: 'an input of another kind',
    inputs: () => ({ ...good, ids: floats([2], [0, 1]) }),
    error: shape('lookup', "'ids'", 'int', 'float'),
  },
  {
    name: 'a bool for an int',
    inputs: () => ({ ...good, ids: bools([2], [0, 1]) }),
    error: shape('lookup', "'ids'", 'int', 'bool'),
  },
  {
    name: 'sizes of one name that differ',
    inputs: () => ({ ...good, ids: ints([3], [0, 1, 0]) }),
    error: shape('lookup', "'weight'", 'batch', '3', '2'),
  },
  {
    name: 'numbers for an array',
    inputs: () => ({ ...good, ids: [0, 1] }),
    error: shape('lookup', "'ids'"),
  },
  {
    name: 'data that do not fit their shape',
    inputs: () => ({ ...good, ids: { kind: 'int', shape: [2], data: Int32Array.of(0) } }),
    error: shape('1', '2', 'int'),
  },
  {
    name: 'data of another type than their kind',
    inputs: () => ({ ...good, ids: { kind: 'int', shape: [2], data: Float32Array.of(0, 1) } }),
    error: shape('Float32Array', 'int'),
  },
]

async function withLookup(context: CaseContext, use: (program: Program) => Promise<void>): Promise<void> {
  const program = await context.backend.compile(lookup)
  await use(program)
  const { y } = await program.run(good)
  context.expectSame('a run after it', String(await y!.read()), '4,5,10,11')
  y!.dispose()
  program.dispose()
}

const refusedCases = refused.map(({ name, inputs, error }) =>
  errorCase(`${name} is refused`, (context) =>
    withLookup(context, (program) =>
      expectError(context, name, error, () => program.run(inputs(context) as ProgramInputs)),
    ),
  ),
)

const backendError = ({ backend }: CaseContext, ...facts: string[]): ExpectedError => ({
  classes: [BackendError],
  facts: [backend.name, ...facts],
})

const disposed = errorCase('a disposed array is refused', (context) =>
  withLookup(context, async (program) => {
    const table = context.backend.upload(good.table!)
    table.dispose()
    const expected = backendError(context, "'table'", 'disposed')
    await expectError(context, 'a run', expected, () => program.run({ ...good, table }))
    await expectError(context, 'a read', backendError(context, 'disposed'), () => table.read())
  }),
)

const donated = errorCase('an array that was donated is refused', (context) =>
  withLookup(context, async (program) => {
    const table = context.backend.upload(good.table!)
    const { y } = await program.run({ ...good, table }, { donate: ['table'] })
    y!.dispose()
    const expected = backendError(context, "'table'", 'disposed')
    await expectError(context, 'a run', expected, () => program.run({ ...good, table }))
  }),
)

const foreign = errorCase('an array of another backend is refused', (context) =>
  withLookup(context, async (program) => {
    const other = reference()
    const table = other.upload(good.table!)
    const expected = backendError(context, "'table'", 'another backend')
    await expectError(context, 'a run', expected, () => program.run({ ...good, table }))
    await other.dispose()
  }),
)

const program = errorCase('a disposed program is refused', async (context) => {
  const compiled = await context.backend.compile(lookup)
  compiled.dispose()
  const expected = backendError(context, "'lookup'", 'disposed')
  await expectError(context, 'a run', expected, () => compiled.run(good))
})

const donations = errorCase('a donation of what cannot be donated is refused', (context) =>
  withLookup(context, async (compiled) => {
    const hosted: ExpectedError = { classes: [OptionError], facts: ['donate', "'table'", 'host array'] }
    await expectError(context, 'a host array', hosted, () => compiled.run(good, { donate: ['table'] }))
    const none: ExpectedError = { classes: [OptionError], facts: ['donate', "'none'"] }
    await expectError(context, 'an unknown name', none, () => compiled.run(good, { donate: ['none'] }))
  }),
)

/** Inputs that a run must not take. */
export const inputCases: readonly ConformanceCase[] = [
  ...refusedCases,
  disposed,
  donated,
  foreign,
  program,
  donations,
]
