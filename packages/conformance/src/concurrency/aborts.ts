import { AbortError } from '@dragoman/core'
import { floats } from '../array.ts'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { doubling } from '../memory/graphs.ts'
import { loop } from './interleaved.ts'

/** What an operation threw; undefined when it threw nothing. */
async function errorOf(operation: Promise<unknown>): Promise<unknown> {
  return operation.then(
    () => undefined,
    (error: unknown) => error,
  )
}

function expectAborted(context: CaseContext, what: string, error: unknown, reason: unknown): void {
  const got = AbortError.isInstance(error) ? 'AbortError' : String(error)
  context.expectSame(`${what} throws`, got, 'AbortError')
  context.expectSame(`the cause of ${what}`, String((error as Error).cause), String(reason))
}

const before = conformanceCase('concurrency', 'a run that is aborted before it starts', async (context) => {
  const { backend } = context
  const program = await backend.compile(doubling)
  const w = backend.upload(floats([3], [1, 2, 3]))
  const x = floats([3], [0, 0, 0])
  const signal = AbortSignal.abort('enough')
  const error = await errorOf(program.run({ w, x }, { donate: ['w'], signal }))
  expectAborted(context, 'the run', error, 'enough')
  context.expectSame('what it was to be given', String(await w.read()), '1,2,3')
  const outputs = await program.run({ w, x }, { donate: ['w'] })
  context.expectSame('a run after it', String(await outputs.w!.read()), '2,4,6')
  for (const array of Object.values(outputs)) array.dispose()
  program.dispose()
})

const compiling = conformanceCase('concurrency', 'a compilation that is aborted', async (context) => {
  const error = await errorOf(context.backend.compile(doubling, { signal: AbortSignal.abort('enough') }))
  expectAborted(context, 'compile', error, 'enough')
})

/** A run may be too far on to be stopped; then it is right, and else it leaves nothing behind. */
const during = conformanceCase('concurrency', 'a run that is aborted on its way', async (context) => {
  const { backend } = context
  const program = await backend.compile(loop)
  const steps = 400
  const x = floats(
    [steps, 1, 2],
    Float64Array.from({ length: steps * 2 }, (_, i) => ((i % 7) - 3) / 8),
  )
  const w = floats([2, 2], [0.5, 0.25, -0.25, 0.5])
  const totalOf = async (signal?: AbortSignal) => {
    const { total } = await program.run({ x, w }, signal ? { signal } : {})
    const read = String(await total!.read())
    total!.dispose()
    return read
  }
  const expected = await totalOf()
  const live = { ...backend.live() }
  const controller = new AbortController()
  const under = totalOf(controller.signal)
  controller.abort('enough')
  const outcome = await under.catch((error: unknown) => error)
  if (typeof outcome === 'string') context.expectSame('a run that was not stopped', outcome, expected)
  else expectAborted(context, 'a run that was stopped', outcome, 'enough')
  context.expectSame('arrays after it', backend.live().arrays, live.arrays)
  context.expectSame('bytes after it', backend.live().bytes, live.bytes)
  context.expectSame('a run after it', await totalOf(), expected)
  program.dispose()
})

/** A run that waits its turn is not started when it is aborted meanwhile; its neighbours are not touched. */
const queued = conformanceCase('concurrency', 'one of several runs is aborted', async (context) => {
  const { session } = context
  session.set('w', floats([3], [1, 1, 1]))
  const program = await session.compile(doubling)
  const x = floats([3], [0, 0, 0])
  const first = program.run({ x })
  const second = errorOf(program.run({ x }, { signal: AbortSignal.abort('enough') }))
  const third = program.run({ x })
  for (const { before: array } of [await first, await third]) array!.dispose()
  expectAborted(context, 'the run in the middle', await second, 'enough')
  context.expectSame('the state', String((await session.get('w')).data), '4,4,4')
})

/** Signals that end what is under way. */
export const abortCases: readonly ConformanceCase[] = [before, compiling, during, queued]
