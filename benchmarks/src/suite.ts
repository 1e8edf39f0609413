import { cpu } from '@dragoman/backend-cpu'
import { conformanceCases } from '@dragoman/conformance'
import type { Row } from './measure.ts'
import { measure } from './measure.ts'

/** The whole shared suite on the CPU backend: how long proof takes, level by level. */
export async function suite(emit: (row: Row) => void): Promise<void> {
  const cases = conformanceCases()
  for (const level of new Set(cases.map((each) => each.level))) {
    const own = cases.filter((each) => each.level === level)
    const run = async (): Promise<void> => {
      for (const each of own) {
        const backend = await cpu()
        await each.run(backend)
        await backend.dispose()
      }
    }
    const budget = { warmup: 0, leastRuns: 1, milliseconds: 0 }
    emit({
      peer: 'dragoman-cpu',
      workload: `suite-${level}`,
      ...(await measure(run, budget)),
      cases: own.length,
    })
  }
}
