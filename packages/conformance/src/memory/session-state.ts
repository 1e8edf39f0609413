import { Session } from '@dragoman/core'
import { floats } from '../array.ts'
import type { ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { exact } from '../compare.ts'
import { doubling } from './graphs.ts'

/** State that a program gives back takes the place of what it was, and no memory stays behind. */
const replaced = conformanceCase('memory', 'a session replaces its state in place', async (context) => {
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

/** State on a backend. */
export const sessionCases: readonly ConformanceCase[] = [replaced]
