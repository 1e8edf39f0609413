import { add, BackendError, gather, hostArray, matmul, mul, trace } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { createCpu } from '../cpu.ts'
import { loadKernels } from '../kernels.ts'
import { sharedMemory } from '../memory/growable.ts'
import { errorCodes } from '../plan/encoding.ts'
import { PlanWriter } from '../plan/plan-writer.ts'
import { type StartThread, type Thread, threadStarter } from '../start-thread.ts'
import { onThreads, readAll } from '../testing/compare-backends.ts'
import { kernels } from '../testing/kernels.ts'
import { RandomSource } from '../testing/random-source.ts'
import { instantiate } from '../wasm-engine.ts'
import { Team } from './team.ts'

const random = new RandomSource(3)
const [x, weight] = [random.array('float', [40, 70]), random.array('float', [70, 90])]

const product = trace('product', (place) => {
  const wide = matmul(place.input('x', 'float', [40, 70]), place.input('weight', 'float', [70, 90]))
  return { y: add(mul(wide, wide), 1) }
})

const lookup = trace('lookup', (place) => ({
  rows: gather(place.input('table', 'float', [30, 64]), place.input('ids', 'int', [20])),
}))

const ids = (last: number) => hostArray('int', [20], [...Array.from({ length: 19 }, (_, i) => i), last])

async function expected(): Promise<unknown> {
  const backend = await createCpu({ wasm: kernels, threads: 1 })
  const program = await backend.compile(product)
  return (await readAll(await program.run({ x, weight }))).y!.data
}

describe.each([
  ['the thread that runs leads', true],
  ['the thread that runs may not wait', false],
])('%s', (_, mayWait) => {
  const make = () => onThreads(2, { mayWait })

  test('runs that are asked for at once are both right', async () => {
    const backend = await make()
    expect(backend.info()).toMatchObject({ threads: 2, threadsReason: 'asked for by threads: 2' })
    const program = await backend.compile(product)
    const runs = Array.from({ length: 5 }, () => program.run({ x, weight }))
    const result = await expected()
    for (const run of runs) expect((await readAll(await run)).y!.data).toEqual(result)
    await backend.dispose()
  })

  test('inputs may be disposed, donated and made anew while it runs', async () => {
    const backend = await make()
    const program = await backend.compile(product)
    const [kept, given] = [backend.upload(x), backend.upload(weight)]
    const run = program.run({ x: kept, weight: given }, { donate: ['weight'] })
    kept.dispose()
    const other = backend.upload(random.array('float', [40, 70]))
    await expect(given.read()).rejects.toThrow(/disposed/)
    expect((await readAll(await run)).y!.data).toEqual(await expected())
    other.dispose()
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    await backend.dispose()
  })

  test('host arrays may be written into while it runs', async () => {
    const backend = await make()
    const program = await backend.compile(product)
    const own = { ...x, data: x.data.slice() }
    const runs = [program.run({ x: own, weight }), program.run({ x: own, weight })]
    own.data.fill(0)
    const result = await expected()
    for (const run of runs) expect((await readAll(await run)).y!.data).toEqual(result)
    await backend.dispose()
  })

  test('an index outside stops all threads, and the next run is fine', async () => {
    const backend = await make()
    const program = await backend.compile(lookup)
    const table = random.array('float', [30, 64])
    for (let i = 0; i < 3; i++) {
      // The bad index falls to the second thread.
      await expect(program.run({ table, ids: ids(30) })).rejects.toThrow(/gather: index 30 is outside/)
      const rows = await readAll(await program.run({ table, ids: ids(29) }))
      expect(rows.rows!.data.slice(19 * 64)).toEqual(table.data.slice(29 * 64))
    }
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    await backend.dispose()
  })
})

test('a run beside this thread ends with its backend', async () => {
  const backend = await onThreads(2, { mayWait: false })
  const program = await backend.compile(product)
  const run = program.run({ x, weight })
  await backend.dispose()
  await expect(run).rejects.toThrow(BackendError)
})

test('a thread that is killed in the middle ends the run, and the next is of one thread', async () => {
  const threads: Thread[] = []
  const start: StartThread = (...listeners) => {
    const thread = threadStarter()!(...listeners)
    threads.push(thread)
    return thread
  }
  const backend = await onThreads(2, { mayWait: false, start })
  const program = await backend.compile(product)
  const kept = backend.upload(x)
  const run = program.run({ x: kept, weight })
  threads[1]!.end()
  // Where it was quick enough it is through.
  await run.catch((error) => expect(error.message).toMatch(/a thread ended in the middle of the run/))
  while (backend.info().threads !== 1) await new Promise((resolve) => setImmediate(resolve))
  expect((await readAll(await program.run({ x: kept, weight }))).y!.data).toEqual(await expected())
  await backend.dispose()
})

const failing: StartThread = (_, onEnd) => {
  queueMicrotask(() => onEnd('no room'))
  return { give() {}, keepAlive() {}, end() {} }
}

const throwing: StartThread = () => {
  throw new Error('not allowed')
}

test.each([
  ['no room', failing],
  ['Error: not allowed', throwing],
])('threads that cannot start (%s): a number is refused', async (problem, start) => {
  const making = onThreads(2, { start })
  await expect(making).rejects.toThrow(BackendError)
  await expect(making).rejects.toThrow(`a thread could not work: ${problem}`)
})

test('a thread that is lost leaves the work to one, and info says so', async () => {
  let lose = (_: string) => {}
  const start: StartThread = (onMessage, onEnd) => {
    lose = onEnd
    queueMicrotask(() => onMessage({ type: 'ready' }))
    return { give() {}, keepAlive() {}, end() {} }
  }
  const backend = await onThreads(2, { start })
  expect(backend.info()).toMatchObject({ threads: 2 })
  const program = await backend.compile(product)
  lose('it was shot')
  expect(backend.info()).toMatchObject({ threads: 1, threadsReason: expect.stringContaining('it was shot') })
  expect((await readAll(await program.run({ x, weight }))).y!.data).toEqual(await expected())
  await backend.dispose()
})

test('a thread that traps stops the run', async () => {
  const growable = sharedMemory(65536)!
  const { memory } = growable
  const module = await loadKernels(kernels, true)
  const own = instantiate(module, memory)
  const start = threadStarter()!
  const team = new Team({
    backend: 'cpu',
    size: 2,
    module,
    memory,
    kernels: own,
    words: 64,
    start,
    leads: true,
  })
  await team.assemble(true)
  const plan = new PlanWriter()
  // The second half of what is to be filled lies behind the end of the memory.
  plan.fill({ dst: memory.buffer.byteLength - 64, n: 32, word: 1 })
  new Int32Array(memory.buffer).set(plan.words(), 256)
  const code = team.walk({ start: 1024, end: 1024 + 4 * plan.length, copies: 0, scratchBytes: 0 })
  expect(code).toBe(errorCodes.lostThread)
  expect(team.errorOf(errorCodes.lostThread)).toEqual({ code: 4, address: 0, value: 1 })
  while (team.problem === undefined) await new Promise((resolve) => setImmediate(resolve))
  expect(team.problem).toMatch(/out of bounds/)
  expect(team.isReady).toBe(false)
})
