import type { Backend } from '@dragoman/core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { Gap } from './gaps.ts'
import { GapList } from './gaps.ts'
import { conformanceCases } from './suite.ts'

/** A backend under test. */
export interface DescribeOptions {
  /** Stands in front of every case in the report. */
  readonly name: string
  /** Makes the backend, once for all cases; it is disposed after them. */
  readonly create: () => Backend | Promise<Backend>
  /** What it does not do yet; see {@link Gap}. */
  readonly gaps?: readonly Gap[]
}

/**
 * Registers the whole suite with vitest: one test for each case.
 *
 *   describeBackend({ name: 'cpu', create: () => cpu() })
 *
 * A case that a gap covers must raise UnsupportedOpError; a gap that is not needed fails.
 */
export function describeBackend({ name, create, gaps = [] }: DescribeOptions): void {
  describe(name, () => {
    const cases = conformanceCases()
    const list = new GapList(gaps, cases)
    let backend: Backend
    let done = 0
    beforeAll(async () => {
      backend = await create()
    })
    afterAll(() => backend.dispose())
    for (const each of cases) {
      test(each.id, async () => {
        done += 1
        await list.run(each, backend)
      })
    }
    test('every gap is still open', () => {
      // With a filter on the names of tests, only some cases have run, and nothing can be said.
      if (done === cases.length) list.expectAllUsed()
    })
  })
}
