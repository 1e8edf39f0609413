import { add, mul, Session, trace } from '@dragoman/core'
import { floats } from '../array.ts'
import type { ConformanceCase } from '../case.ts'
import { exact } from '../compare.ts'
import { law } from './law.ts'

/** w ← 2 w + x, and the old w as another output. */
const doubling = trace('doubling', (place) => {
  const w = place.input('w', 'float', [3])
  const x = place.input('x', 'float', [3])
  return { w: add(mul(w, 2), x), before: w }
})

/** State that a program gives back takes the place of what it was, and no memory stays behind. */
const replaced = law('a session replaces its state in place', async (context) => {
  const { backend } = context
  const session = new Session(backend)
  const base = backend.live()
  session.set('w', floats([3], [1, 2, 3]))
  const held = backend.live()
  const program = await session.compile(doubling)
  const x = floats([3], [0.5, 0, -1])
  const seen: number[][] = []
  for (let step = 0; step < 4; step++) {
    const { before, ...rest } = await program.run({ x })
    context.expectSame('outputs beside the state', Object.keys(rest).length, 0)
    seen.push([...(await before!.read())])
    before!.dispose()
    context.expectSame(`arrays after step ${step}`, backend.live().arrays, held.arrays)
    context.expectSame(`bytes after step ${step}`, backend.live().bytes, held.bytes)
  }
  const expected = [1, 2, 3, 2.5, 4, 5, 5.5, 8, 9, 11.5, 16, 17]
  context.expectClose({ before: floats([4, 3], seen.flat()) }, { before: floats([4, 3], expected) }, exact)
  const w = await session.get('w')
  context.expectClose({ w: floats([3], w.data) }, { w: floats([3], [23.5, 32, 33]) }, exact)
  session.delete(['w'])
  context.expectSame('arrays after delete', backend.live().arrays, base.arrays)
  await session.dispose()
})

/** Two runs asked for at once come one after the other: neither sees the state of the other half done. */
const queued = law('runs of a session come one after another', async (context) => {
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

/** Donated inputs are given up; others stay as they were. */
const donation = law('donated inputs are gone, others stay', async (context) => {
  const { backend } = context
  const program = await backend.compile(doubling)
  const before = backend.live().arrays
  const w = backend.upload(floats([3], [1, 2, 3]))
  const x = backend.upload(floats([3], [1, 1, 1]))
  const outputs = await program.run({ w, x }, { donate: ['w'] })
  context.expectSame('arrays after a run with a donation', backend.live().arrays - before, 3)
  const kept = await x.read()
  context.expectSame('an input that was not donated', String(kept), '1,1,1')
  let refused = 'nothing'
  try {
    await w.read()
  } catch {
    refused = 'an error'
  }
  context.expectSame('reading a donated array gives', refused, 'an error')
  const results = await Promise.all([outputs.w!.read(), outputs.before!.read()])
  context.expectSame('outputs', results.join(' '), '3,5,7 1,2,3')
  for (const array of [x, ...Object.values(outputs)]) array.dispose()
  program.dispose()
})

/** What goes up comes back: every kind, no elements, one, and floats handed in either width. */
const upload = law('what is uploaded is read back', async (context, draw) => {
  const narrow = { kind: 'float', shape: [3], data: Float32Array.of(0.5, Number.NaN, -Infinity) } as const
  const arrays = [
    floats([], [1.5]),
    floats([0, 2], []),
    floats([3], narrow.data),
    narrow,
    draw.ints([2, 3], -9, 9),
    draw.bools([5]),
  ]
  for (const [i, array] of arrays.entries()) {
    const uploaded = context.backend.upload(array)
    const read = { kind: uploaded.kind, shape: uploaded.shape, data: await uploaded.read() }
    uploaded.dispose()
    uploaded.dispose()
    context.expectClose({ [`array ${i}`]: read }, { [`array ${i}`]: array }, exact)
  }
})

/** Runs asked for at once, of two programs and of one twice, do not mix. */
const atOnce = law('runs asked for at once do not mix', async (context) => {
  const { backend } = context
  const programs = [await backend.compile(doubling), await backend.compile(doubling)]
  const zeros = floats([3], [0, 0, 0])
  const runs = Array.from({ length: 6 }, (_, i) =>
    programs[i % 2]!.run({ w: floats([3], [i, 1, 1]), x: zeros }),
  )
  for (const [i, outputs] of (await Promise.all(runs)).entries()) {
    context.expectSame(`run ${i}`, String(await outputs.w!.read()), `${2 * i},2,2`)
    for (const array of Object.values(outputs)) array.dispose()
  }
  for (const program of programs) program.dispose()
})

/** Laws of state and memory. */
export function sessionLaws(): ConformanceCase[] {
  return [upload, atOnce, replaced, queued, donation]
}
