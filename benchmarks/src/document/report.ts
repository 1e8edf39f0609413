import type { Download } from '../comparison/download.ts'
import type { Outcomes, Result } from '../comparison/result.ts'
import type { Machine } from '../machine.ts'

/** One run of the comparison, as docs/benchmarks.json keeps it. */
export interface Report extends Outcomes {
  /** Year, month and day. */
  readonly date: string
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly isQuick: boolean
  readonly rounds: number
  readonly minutes: number
  readonly downloads: readonly Download[]
}

/** The result of one on a workload. */
export function resultFor(report: Report, workload: string, id: string): Result | undefined {
  return report.results.find((each) => each.workload === workload && each.id === id)
}
