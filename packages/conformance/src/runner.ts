import type { Backend } from '@dragoman/core'
import type { ConformanceCase } from './case.ts'
import { GapList } from './gaps.ts'
import type { ReportTarget } from './report-file.ts'
import { deliver } from './report-file.ts'
import type { CaseResult, SuiteOptions } from './run-suite.ts'
import { closedGaps, reportOf, runCase } from './run-suite.ts'
import { conformanceCases } from './suite.ts'

/** A backend under test in a test runner. */
export interface TestOptions extends Pick<SuiteOptions, 'name' | 'create' | 'gaps'> {
  /** Where the {@link SuiteReport} goes when every case has run: a path for JSON, or a function. */
  readonly report?: ReportTarget
}

/** What runners of tests share: one backend, the gaps, and the results so far. */
export class SuiteRunner {
  readonly cases: readonly ConformanceCase[] = conformanceCases()
  private readonly options: TestOptions
  private readonly list: GapList
  private readonly results: CaseResult[] = []
  private backend: Backend | undefined

  constructor(options: TestOptions) {
    this.options = options
    this.list = new GapList(options.gaps ?? [], this.cases)
  }

  async start(): Promise<void> {
    this.backend = await this.options.create()
  }

  /** Runs a case; throws what it says, so that the test fails. */
  async run(each: ConformanceCase): Promise<void> {
    let failure: unknown
    const result = await runCase(each, this.backend!, this.list, (error) => {
      failure = error
    })
    this.results.push(result)
    if (result.status === 'failed') throw failure
  }

  /** Throws for a gap that nothing needed; says nothing unless every case has run, as with a filter. */
  expectGapsOpen(): void {
    if (this.results.length < this.cases.length) return
    const closed = closedGaps(this.list)
    this.results.push(...closed)
    if (closed[0]) throw new Error(closed[0].message)
  }

  async end(): Promise<void> {
    await this.backend?.dispose()
    const { name, report } = this.options
    const isWhole = this.results.length >= this.cases.length
    if (report !== undefined && isWhole) await deliver(reportOf(name, this.results), report)
  }
}
