import type { HostArray } from '@dragoman/core'
import { trace } from '@dragoman/core'
import { countOf, floats } from '../array.ts'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { exact } from '../compare.ts'
import { Generator } from '../generator.ts'
import { twice } from './graphs.ts'

const draw = new Generator(1, 'uploads')
const narrow: HostArray = { kind: 'float', shape: [3], data: Float32Array.of(0.5, Number.NaN, -Infinity) }

/** Every kind, none, one, many, five axes, and floats handed in either width. */
const arrays: Readonly<Record<string, HostArray>> = {
  'a float': floats([], [1.5]),
  'no floats': floats([0, 2], []),
  'floats of 64 bits': floats([3], narrow.data),
  'floats of 32 bits': narrow,
  'floats along five axes': draw.floats([2, 1, 3, 2, 2]),
  'many floats': draw.floats([1025]),
  'an int': draw.ints([], -9, 9),
  'no ints': draw.ints([0], 0, 1),
  ints: draw.ints([2, 3], -9, 9),
  'a bool': draw.bools([]),
  'no bools': draw.bools([3, 0]),
  bools: draw.bools([5]),
}

const readBack = Object.entries(arrays).map(([name, array]) =>
  conformanceCase('memory', `an upload reads back: ${name}`, async (context) => {
    const uploaded = context.backend.upload(array)
    const read = { kind: uploaded.kind, shape: uploaded.shape, data: await uploaded.read() }
    uploaded.dispose()
    uploaded.dispose()
    context.expectClose({ array: read }, { array }, exact)
  }),
)

/** The caller's buffer stays the caller's: what it writes there later is not seen. */
const copied = conformanceCase('memory', 'an upload is a copy', async (context) => {
  const data = Float32Array.of(1, 2, 3)
  const uploaded = context.backend.upload({ kind: 'float', shape: [3], data })
  data.fill(9)
  const read = await uploaded.read()
  uploaded.dispose()
  context.expectSame('elements', String(read), '1,2,3')
})

/** A host array that a program was given is read before the run resolves, and kept by nobody. */
const inputs = conformanceCase('memory', 'a host array of a run may be used again', async (context) => {
  const data = Float32Array.of(1, 2, 3)
  const program = await context.backend.compile(twice)
  const outputs = await program.run({ x: { kind: 'float', shape: [3], data } })
  data.fill(9)
  context.expectSame('an output that is the input', String(await outputs.one!.read()), '1,2,3')
  for (const array of Object.values(outputs)) array.dispose()
  program.dispose()
})

/** A run that waits for its turn has its own copy. */
const changed = conformanceCase(
  'memory',
  'a host array may change once a run was asked for',
  async (context) => {
    const data = Float32Array.of(1, 2, 3)
    const program = await context.backend.compile(twice)
    const runs = [1, 2].map(() => program.run({ x: { kind: 'float', shape: [3], data } }))
    data.fill(9)
    for (const outputs of await Promise.all(runs)) {
      context.expectSame('an output that is the input', String(await outputs.one!.read()), '1,2,3')
      for (const array of Object.values(outputs)) array.dispose()
    }
    program.dispose()
  },
)

/** What is read belongs to the reader. */
const reads = conformanceCase('memory', 'a read is a copy', async (context) => {
  const uploaded = context.backend.upload(floats([3], [1, 2, 3]))
  const [first, second] = await Promise.all([uploaded.read(), uploaded.read()])
  first.fill(9)
  context.expectSame('another read', String(second), '1,2,3')
  context.expectSame('a later read', String(await uploaded.read()), '1,2,3')
  uploaded.dispose()
})

function expectLive(context: CaseContext, what: string, before: { arrays: number }, arrays: number): void {
  context.expectSame(`arrays ${what}`, context.backend.live().arrays - before.arrays, arrays)
}

/** `live` counts what is not disposed: each array once, and at least its elements' bytes. */
const counted = conformanceCase('memory', 'live counts uploads', async (context) => {
  const { backend } = context
  const before = { ...backend.live() }
  const shapes = [[], [3], [4, 5], [0]]
  const uploaded = shapes.map((shape) => backend.upload(floats(shape, new Float64Array(countOf(shape)))))
  expectLive(context, 'after uploads', before, shapes.length)
  const bytes = backend.live().bytes - before.bytes
  const least = 4 * shapes.reduce((sum, shape) => sum + countOf(shape), 0)
  context.expectSame('bytes that cover the elements', String(bytes >= least), 'true')
  uploaded[1]!.dispose()
  uploaded[1]!.dispose()
  expectLive(context, 'after one was disposed', before, shapes.length - 1)
  for (const array of uploaded) array.dispose()
  expectLive(context, 'after all were disposed', before, 0)
  context.expectSame('bytes after all were disposed', backend.live().bytes, before.bytes)
})

/** Kinds and shapes are those given, also of what a program makes. */
const described = conformanceCase('memory', 'arrays say their kind and shape', async (context) => {
  const graph = trace('kinds', (place) => ({
    float: place.input('float', 'float', ['rows', 2]),
    int: place.input('int', 'int', ['rows']),
    bool: place.input('bool', 'bool', []),
  }))
  const given = { float: draw.floats([3, 2]), int: draw.ints([3], 0, 9), bool: draw.bools([]) }
  const program = await context.backend.compile(graph)
  const outputs = await program.run(given)
  for (const [name, { kind, shape }] of Object.entries(given)) {
    const got = outputs[name]!
    context.expectSame(`${name} array`, `${got.kind} [${got.shape}]`, `${kind} [${shape}]`)
    got.dispose()
  }
  program.dispose()
})

/** Uploads, reads and what `live` says of them. */
export const uploadCases: readonly ConformanceCase[] = [
  ...readBack,
  copied,
  inputs,
  changed,
  reads,
  counted,
  described,
]
