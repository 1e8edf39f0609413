import type { CaseResult, Level } from '@dragoman/conformance'
import type { BackendInfo } from './part.ts'
import type { ColumnRun } from './run-column.ts'

/** Passed, failed, gaps. */
export type Counts = readonly [passed: number, failed: number, gaps: number]

/** Cases that a backend refuses for one reason. */
export interface GapRecord {
  readonly reason: string
  readonly cases: readonly string[]
}

/** What a run says of one column. */
export interface ColumnRecord {
  readonly counts: Counts
  readonly seconds: number
  /** What the backend says of itself. */
  readonly info: BackendInfo
  readonly levels: Readonly<Partial<Record<Level, Counts>>>
  /** By the op that a case is about; a case may be about several, or none. */
  readonly ops: Readonly<Record<string, Counts>>
  readonly gaps: readonly GapRecord[]
  /** Cases that failed, with what they said. */
  readonly failures: Readonly<Record<string, string>>
}

/** A run of the suite, as docs/conformance.json keeps it. */
export interface ConformanceRecord {
  readonly version: 1
  /** Hash of the ids of all cases. */
  readonly suite: string
  /** Number of cases. */
  readonly cases: number
  /** Day of the run. */
  readonly date: string
  /** Node, the browser, and the engines. */
  readonly versions: Readonly<Record<string, string>>
  readonly columns: Readonly<Record<string, ColumnRecord>>
}

const positions = { passed: 0, failed: 1, gap: 2 } as const

/** Adds up the results of a column. */
export function recordOf({ info, results, seconds }: ColumnRun): ColumnRecord {
  const levels: Partial<Record<Level, Counts>> = {}
  const ops: Record<string, Counts> = {}
  const reasons = new Map<string, string[]>()
  const failures: Record<string, string> = {}
  for (const result of results) {
    levels[result.level] = plus(levels[result.level], result)
    for (const op of new Set(result.ops)) ops[op] = plus(ops[op], result)
    if (result.status === 'failed') failures[result.id] = result.message ?? ''
    if (result.status !== 'gap') continue
    const reason = result.reason ?? ''
    reasons.set(reason, [...(reasons.get(reason) ?? []), result.id])
  }
  const gaps = [...reasons].map(([reason, cases]) => ({ reason, cases }))
  return { counts: countsOf(results), seconds: Math.round(seconds), info, levels, ops, gaps, failures }
}

/** How many of some results passed, failed and are gaps. */
export function countsOf(results: readonly CaseResult[]): Counts {
  return results.reduce<Counts>(plus, [0, 0, 0])
}

function plus(counts: Counts = [0, 0, 0], { status }: CaseResult): Counts {
  return counts.map((count, i) => count + (i === positions[status] ? 1 : 0)) as [number, number, number]
}
