import type { Graph, Program } from '@dragoman/core'
import { add, matmul, mul, reduceSum, Session, scan, tanh, trace } from '@dragoman/core'
import { floats } from '../array.ts'
import type { ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { doubling, sum } from '../memory/graphs.ts'

/** Two runs asked for at once come one after the other: neither sees the state of the other half done. */
const queued = conformanceCase('concurrency', 'runs of a session come one after another', async (context) => {
  const session = new Session(context.backend)
  session.set('w', floats([3], [1, 1, 1]))
  const program = await session.compile(doubling)
  const x = floats([3], [0, 0, 0])
  const outputs = await Promise.all([1, 2, 3].map(() => program.run({ x })))
  const seen = await Promise.all(outputs.map(({ before }) => before!.read()))
  for (const { before } of outputs) before!.dispose()
  context.expectSame('first elements seen', String(seen.map((data) => data[0])), '1,2,4')
  await session.dispose()
})

/** The first element of an output, whose array is disposed with the others. */
async function firstOf(run: ReturnType<Program['run']>, name: string): Promise<number> {
  const outputs = await run
  const [first] = await outputs[name]!.read()
  for (const array of Object.values(outputs)) array.dispose()
  return first!
}

/** Runs asked for at once, of two programs and of one twice, do not mix. */
const atOnce = conformanceCase('concurrency', 'runs asked for at once do not mix', async (context) => {
  const { backend } = context
  const programs = [await backend.compile(doubling), await backend.compile(doubling)]
  const x = floats([3], [0, 0, 0])
  const runs = Array.from({ length: 6 }, (_, i) =>
    firstOf(programs[i % 2]!.run({ w: floats([3], [i, 1, 1]), x }), 'w'),
  )
  context.expectSame('first elements', String(await Promise.all(runs)), '0,2,4,6,8,10')
  for (const program of programs) program.dispose()
})

/** Runs of one program asked for at once, each of another size. */
const sizes = conformanceCase('concurrency', 'runs of several sizes at once', async (context) => {
  const program = await context.backend.compile(sum)
  const runs = [3, 1, 5, 0, 2, 3].map(async (size, i) => {
    const a = floats([size], new Float64Array(size).fill(i))
    const b = floats(
      [size],
      Float64Array.from({ length: size }, (_, at) => at),
    )
    const { y } = await program.run({ a, b })
    const read = [...(await y!.read())].join()
    y!.dispose()
    return `[${y!.shape}] ${read}`
  })
  const expected = '[3] 0,1,2; [1] 1; [5] 2,3,4,5,6; [0] ; [2] 4,5; [3] 5,6,7'
  context.expectSame('sums', (await Promise.all(runs)).join('; '), expected)
  program.dispose()
})

/** The order in which runs are asked for is the order in which donated state moves through them. */
const order = conformanceCase('concurrency', 'a chain of runs keeps its order', async (context) => {
  const { backend } = context
  const program = await backend.compile(doubling)
  let w = backend.upload(floats([3], [1, 1, 1]))
  for (let step = 1; step <= 4; step++) {
    const outputs = await program.run({ w, x: floats([3], [step, step, step]) }, { donate: ['w'] })
    outputs.before!.dispose()
    w = outputs.w!
  }
  // ((((1 · 2 + 1) · 2 + 2) · 2 + 3) · 2 + 4)
  context.expectSame('w', String(await w.read()), '42,42,42')
  w.dispose()
  program.dispose()
})

/** Compiling while another program runs, and reading while a third is under way. */
const mixed = conformanceCase('concurrency', 'compiling, running and reading at once', async (context) => {
  const { backend } = context
  const running = await backend.compile(loop)
  const kept = backend.upload(floats([2], [7, 8]))
  const x = floats(
    [6, 2, 2],
    Float64Array.from({ length: 24 }, (_, i) => i / 16),
  )
  const w = floats([2, 2], [0.5, 0.25, -0.25, 0.5])
  const alone = await firstOf(running.run({ x, w }), 'total')
  const [together, compiled, read] = await Promise.all([
    firstOf(running.run({ x, w }), 'total'),
    backend.compile(sum),
    kept.read(),
  ])
  context.expectSame('a run beside others', together, alone)
  context.expectSame('a read beside a run', String(read), '7,8')
  const result = await firstOf(compiled.run({ a: kept, b: kept }), 'y')
  context.expectSame('what was compiled beside a run', result, 14)
  kept.dispose()
  for (const program of [running, compiled]) program.dispose()
})

/** A loop that takes a while, next to the rest. */
export const loop: Graph = trace('loop', (place) => {
  const x = place.input('x', 'float', ['time', 'rows', 2])
  const w = place.input('w', 'float', [2, 2])
  const first = mul(reduceSum(x, { axes: [0] }), 0)
  const { carry } = scan('loop', place, { carry: { h: first }, xs: { x } }, (now, at) => ({
    carry: { h: tanh(add(at.x, matmul(now.h, w))) },
    ys: {},
  }))
  return { total: reduceSum(carry.h) }
})

/** Two sessions on one backend have states of their own under the same names. */
const sessions = conformanceCase('concurrency', 'two sessions do not share state', async (context) => {
  const [one, two] = [new Session(context.backend), new Session(context.backend)]
  one.set('w', floats([3], [1, 1, 1]))
  two.set('w', floats([3], [10, 10, 10]))
  const [first, second] = [await one.compile(doubling), await two.compile(doubling)]
  const x = floats([3], [0, 0, 0])
  const outputs = await Promise.all([
    first.run({ x }),
    second.run({ x }),
    first.run({ x }),
    second.run({ x }),
  ])
  for (const { before } of outputs) before!.dispose()
  context.expectSame('state of the one', String((await one.get('w')).data), '4,4,4')
  context.expectSame('state of the other', String((await two.get('w')).data), '40,40,40')
  await one.dispose()
  context.expectSame('state of the other alone', String((await two.get('w')).data), '40,40,40')
  await two.dispose()
})

/** Runs that overlap. */
export const interleavedCases: readonly ConformanceCase[] = [queued, atOnce, sizes, order, mixed, sessions]
