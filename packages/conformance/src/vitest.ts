import { afterAll, beforeAll, describe, test } from 'vitest'
import type { TestOptions } from './runner.ts'
import { SuiteRunner } from './runner.ts'

export type { ReportTarget } from './report-file.ts'
export type { TestOptions } from './runner.ts'

/**
 * Registers the whole suite with vitest: one test for each case.
 *
 *   describeBackend({ name: 'cpu', create: () => cpu() })
 *
 * A case that a gap covers must raise UnsupportedOpError; a gap that is not needed fails. With `report`
 * the {@link SuiteReport} is written when every case has run.
 */
export function describeBackend(options: TestOptions): void {
  describe(options.name, () => {
    const runner = new SuiteRunner(options)
    beforeAll(() => runner.start())
    afterAll(() => runner.end())
    for (const each of runner.cases) test(each.id, () => runner.run(each))
    test('every gap is still open', () => runner.expectGapsOpen())
  })
}
