// biome-ignore lint/correctness/noNodejsModules: this entry is the runner for Node's own tests
import { after, before, describe, test } from 'node:test'
import type { TestOptions } from './runner.ts'
import { SuiteRunner } from './runner.ts'

export type { ReportTarget } from './report-file.ts'
export type { TestOptions } from './runner.ts'

/**
 * Registers the whole suite with Node's test runner (`node --test`): one test for each case.
 *
 *   testBackend({ name: 'cpu', create: () => cpu() })
 *
 * A case that a gap covers must raise UnsupportedOpError; a gap that is not needed fails. With `report`
 * the {@link SuiteReport} is written when every case has run.
 */
export function testBackend(options: TestOptions): void {
  describe(options.name, () => {
    const runner = new SuiteRunner(options)
    before(() => runner.start())
    after(() => runner.end())
    for (const each of runner.cases) test(each.id, () => runner.run(each))
    test('every gap is still open', () => runner.expectGapsOpen())
  })
}
