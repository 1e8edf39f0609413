import { print, simplify } from '@dragoman/core'
import { expect, test } from 'vitest'
import { describePlan } from './describe-plan.ts'
import { engines, expectedOf, expectSame, readAll } from './testing/compare-backends.ts'
import { randomCase } from './testing/random-graph.ts'
import { RandomSource } from './testing/random-source.ts'

/** Other seeds than those of every run, e.g. FUZZ_SEED=1234 FUZZ_CASES=1. */
const firstSeed = Number(process.env.FUZZ_SEED ?? 1)
const cases = Number(process.env.FUZZ_CASES ?? 150)

const sizes = [
  { a: 3, b: 2 },
  { a: 1, b: 6 },
  { a: 4, b: 1 },
]

test.each(engines)('random graphs agree with the float64 reference: $name', async ({ make }) => {
  const backend = await make()
  const before = backend.live()
  for (let seed = firstSeed; seed < firstSeed + cases; seed++) {
    const random = new RandomSource(seed)
    const { graph: whole, magnitudes, inputs } = randomCase(random, random.int(5, 40))
    // What is dead may still refuse sizes, so that the smallest ones are for graphs without dead parts.
    const graph = seed % 2 === 0 ? simplify(whole) : whole
    const program = await backend.compile(graph)
    // An error of rounding grows with what the numbers on the way were.
    const tolerance = (name: string) => ({ absolute: 2e-4 * Math.max(1, magnitudes[name]!), relative: 1e-4 })
    const note = () => `FUZZ_SEED=${seed}\n${print(graph)}\n${describePlan(program)}`
    try {
      for (const bindings of seed % 2 === 0 ? [...sizes, { a: 0, b: 3 }] : sizes) {
        const given = inputs(bindings)
        const expected = await expectedOf(graph, given).catch(() => undefined)
        if (!expected) {
          // The reference refuses sizes such as the largest element of nothing, also in loops without steps.
          await program.run(given).then(readAll, () => {})
          continue
        }
        expectSame(await readAll(await program.run(given)), expected, tolerance, note)
        const uploaded = Object.entries(given).map(([name, array]) => [name, backend.upload(array)] as const)
        const donate = uploaded.map(([name]) => name).filter(() => random.chance(0.5))
        const outputs = await program.run(Object.fromEntries(uploaded), { donate })
        expectSame(await readAll(outputs), expected, tolerance, () => `donated ${donate}\n${note()}`)
        for (const [name, array] of uploaded) {
          if (donate.includes(name)) continue
          expect(await array.read(), `input ${name} was changed\n${note()}`).toEqual(given[name]!.data)
          array.dispose()
        }
      }
    } catch (error) {
      if (error instanceof Error && !error.message.includes('FUZZ_SEED')) error.message += `\n${note()}`
      throw error
    }
    program.dispose()
    expect(backend.live(), `FUZZ_SEED=${seed}`).toEqual(before)
  }
  await backend.dispose()
})
