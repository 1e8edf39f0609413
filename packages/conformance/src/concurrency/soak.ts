import { Session } from '@dragoman/core'
import { floats } from '../array.ts'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { doubling, sum } from '../memory/graphs.ts'

const runs = 1000

function expectFlat(context: CaseContext, run: number, held: { arrays: number; bytes: number }): void {
  const { arrays, bytes } = context.backend.live()
  context.expectSame(`arrays after run ${run}`, arrays, held.arrays)
  context.expectSame(`bytes after run ${run}`, bytes, held.bytes)
}

/** A thousand runs of sizes that change: no byte stays, and the last result is as right as the first. */
const ofSizes = conformanceCase('concurrency', 'a thousand runs leave nothing behind', async (context) => {
  const { backend } = context
  const program = await backend.compile(sum)
  const held = { ...backend.live() }
  for (let run = 0; run < runs; run++) {
    const size = 1 + (run % 7)
    const a = floats([size], new Float64Array(size).fill(run))
    const b = floats([size], new Float64Array(size).fill(1))
    const { y } = await program.run({ a, b })
    if (run % 100 === 99) {
      context.expectSame(`run ${run}`, String(await y!.read()), String(new Array(size).fill(run + 1)))
    }
    y!.dispose()
    expectFlat(context, run, held)
  }
  program.dispose()
})

/** A thousand steps over state: what training does. */
const ofState = conformanceCase('concurrency', 'a thousand steps over state', async (context) => {
  const { backend } = context
  const session = new Session(backend)
  session.set('w', floats([3], [0, 0, 0]))
  const program = await session.compile(doubling)
  const held = { ...backend.live() }
  for (let run = 0; run < runs; run++) {
    // w ← 2 w + (run − 2 w) stays a small whole number.
    const last = run === 0 ? 0 : run - 1
    const x = floats([3], new Float64Array(3).fill(run - 2 * last))
    const { before } = await program.run({ x })
    before!.dispose()
    expectFlat(context, run, held)
  }
  context.expectSame('the state', String((await session.get('w')).data), String(new Array(3).fill(runs - 1)))
  await session.dispose()
})

/** What only many runs show. */
export const soakCases: readonly ConformanceCase[] = [ofSizes, ofState]
