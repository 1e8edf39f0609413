import { gather, hostArray, matmul, scan, type Tensor, tanh, trace } from '@dragoman/core'
import { describe, expect, test, vi } from 'vitest'
import { type CpuOptions, cpu, createCpu, type Rehearsal } from '../cpu.ts'
import { readAll } from '../testing/compare-backends.ts'
import { kernels } from '../testing/kernels.ts'
import { randomCase } from '../testing/random-graph.ts'
import { RandomSource } from '../testing/random-source.ts'
import type { ProfileLimits } from './limits.ts'
import { Profiler } from './profiler.ts'

const steps = 7

/** A loop of products, and one product of all steps behind it. */
const loop = trace('loop', (place) => {
  const weight = place.input('weight', 'float', [64, 64])
  const start = place.input('start', 'float', [5, 64])
  const xs = place.input('xs', 'float', [steps, 5, 64])
  const { ys } = scan('loop', place, { carry: { h: start }, xs: { x: xs } }, ({ h }, { x }) => {
    const next = tanh(matmul(matmul(h, weight), matmul(x as Tensor<'float'>, weight), { transposeA: true }))
    return { carry: { h: matmul(h, next) }, ys: { y: next } }
  })
  return { all: matmul(ys.y!, weight) }
})
const random = new RandomSource(5)
const loopInputs = {
  weight: random.array('float', [64, 64]),
  start: random.array('float', [5, 64]),
  xs: random.array('float', [steps, 5, 64]),
}

const limits: ProfileLimits = { gflops: 50, copies: [{ bytes: 2 ** 30, gbPerSecond: 20 }] }

const shared = { leastStepNs: 0, leastPlanNs: 0 }
const ways: readonly (readonly [string, CpuOptions, Rehearsal])[] = [
  ['one thread', { wasm: kernels, threads: 1 }, {}],
  ['two threads', { wasm: kernels, threads: 2 }, shared],
  ['plain TypeScript', { wasm: 'off' }, {}],
]

describe.each(ways)('on %s', (_, options, rehearsal) => {
  test('a profile changes no bit', async () => {
    const plain = await createCpu(options, rehearsal)
    const profiled = await createCpu({ ...options, profiler: new Profiler() }, rehearsal)
    const cases = [{ graph: loop, inputs: loopInputs }]
    for (let seed = 2000; seed < 2010; seed++) {
      const source = new RandomSource(seed)
      const { graph, inputs } = randomCase(source, source.int(5, 40))
      cases.push({ graph, inputs: inputs({ a: 9, b: 30 }) as typeof loopInputs })
    }
    for (const { graph, inputs } of cases) {
      const run = async (backend: typeof plain) => {
        const program = await backend.compile(graph)
        const outputs = await program.run(inputs).then(readAll, () => undefined)
        program.dispose()
        return outputs
      }
      expect(await run(profiled)).toEqual(await run(plain))
    }
    await plain.dispose()
    await profiled.dispose()
  })

  test('calls in a loop count each time, by place, until they are cleared', async () => {
    const profiler = new Profiler(limits)
    const backend = await createCpu({ ...options, profiler }, rehearsal)
    const program = await backend.compile(loop)
    for (let run = 0; run < 3; run++) await program.run(loopInputs)
    const { rows, runs, ms, planMs } = await profiler.profile({ rounds: 3 })
    const byName = new Map(rows.map((row) => [row.name, row]))
    // x · weight does not depend on the carry, but on the step.
    expect(byName.get('matmul')!.calls).toBe(4 * steps + 1)
    expect(byName.get('elementwise')!.calls).toBe(steps)
    expect(runs).toBe(1)
    expect(planMs).toBeGreaterThan(0)
    expect(rows.reduce((sum, row) => sum + row.ms, 0)).toBeCloseTo(ms, 8)
    expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 8)
    for (const row of rows) {
      expect(row.ofLimit).toBeGreaterThan(0)
      expect(row.gbPerSecond).toBeGreaterThan(0)
    }
    const bySize = await profiler.profile({ by: 'size', rounds: 3 })
    expect(bySize.rows.find(({ name }) => name === `matmul ${steps}× 64×64 by 64×64`)?.calls).toBe(1)
    const fastest = await profiler.profile({ fastest: true, rounds: 3 })
    expect(fastest.ms).toBeLessThanOrEqual(ms)
    profiler.clear()
    expect(await profiler.profile()).toMatchObject({ rows: [], ms: 0, runs: 0, planMs: 0 })
    await backend.dispose()
  })

  test('what goes wrong is told as without it', async () => {
    const lookup = trace('lookup', (place) => ({
      rows: gather(place.input('table', 'float', [30, 64]), place.input('ids', 'int', [20])),
    }))
    const backend = await createCpu({ ...options, profiler: new Profiler() }, rehearsal)
    const program = await backend.compile(lookup)
    const inputs = { table: random.array('float', [30, 64]), ids: hostArray('int', [20], Array(20).fill(30)) }
    await expect(program.run(inputs)).rejects.toThrow(/gather: index 30 is outside/)
    await backend.dispose()
  })
})

test('a profiler belongs to one backend', async () => {
  const profiler = new Profiler()
  await expect(profiler.profile()).rejects.toThrow(/no backend has this profiler/)
  const backend = await cpu({ wasm: 'off', profiler })
  await expect(cpu({ wasm: 'off', profiler })).rejects.toThrow(/belongs to another backend/)
  await expect(profiler.profile({ by: 'kind' as never })).rejects.toThrow(/'kind' is no key of a profile/)
  await expect(profiler.profile({ rounds: 0 })).rejects.toThrow(/rounds: 0 is no number above 0/)
  await backend.dispose()
})

test('a thread that may not wait profiles alone', async () => {
  const options = { wasm: kernels, profiler: new Profiler() }
  const backend = await createCpu(options, { mayWait: false })
  expect(backend.info()).toMatchObject({ threads: 1 })
  await backend.dispose()
  const refused = createCpu({ wasm: kernels, threads: 2, profiler: new Profiler() }, { mayWait: false })
  await expect(refused).rejects.toThrow(/threads is 2, but a profile/)
})

test('a clock that is too coarse for a call gives no infinite speeds', async () => {
  const profiler = new Profiler(limits)
  const backend = await cpu({ wasm: kernels, threads: 1, profiler })
  const program = await backend.compile(loop)
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1)
  await program.run(loopInputs)
  const seen = await profiler.profile({ fastest: true })
  clock.mockRestore()
  expect(seen.ms).toBe(0)
  for (const { share, gflops, gbPerSecond, ofLimit } of seen.rows)
    expect([share, gflops, gbPerSecond, ofLimit]).toEqual([0, 0, 0, 0])
  await backend.dispose()
})

test('limits are of this machine, and measured once', async () => {
  const profiler = new Profiler()
  const backend = await createCpu({ wasm: kernels, threads: 2, profiler }, shared)
  const { limits } = await profiler.profile()
  expect(limits.gflops).toBeGreaterThan(0)
  expect(limits.copies.map(({ bytes }) => bytes)).toEqual([2 ** 15, 2 ** 19, 2 ** 23, 2 ** 27])
  for (const { gbPerSecond } of limits.copies) expect(gbPerSecond).toBeGreaterThan(0)
  expect((await profiler.profile()).limits).toBe(limits)
  await backend.dispose()
})
