import type { Backend, OpName } from '@dragoman/core'
import { AbortError, siteOf } from '@dragoman/core'
import type { ConformanceCase } from './case.ts'
import type { Gap } from './gaps.ts'
import { GapList } from './gaps.ts'
import type { Level } from './level.ts'
import { conformanceCases } from './suite.ts'

/** How one case ended. */
export interface CaseResult {
  readonly id: string
  readonly level: Level
  /** The ops that the case is about; none for cases of whole models, of memory, of errors. */
  readonly ops: readonly OpName[]
  readonly status: 'passed' | 'failed' | 'gap'
  /** Of a gap. */
  readonly reason?: string
  /** Of a failure. */
  readonly message?: string
  readonly ms: number
}

/** How a backend did. Plain data, in the order in which the cases ran. */
export interface SuiteReport {
  readonly backend: string
  /** A hash of the ids of all cases: reports of equal hashes can be compared line by line. */
  readonly suite: string
  readonly passed: number
  readonly failed: number
  readonly gaps: number
  readonly cases: readonly CaseResult[]
}

/** A backend under test. */
export interface SuiteOptions {
  /** Stands in the report. */
  readonly name: string
  /** Makes the backend, once for all cases; it is disposed after them. */
  readonly create: () => Backend | Promise<Backend>
  /** What it does not do yet; see {@link Gap}. */
  readonly gaps?: readonly Gap[]
  /** Some of {@link conformanceCases}; all by default. Gaps that nothing needs show only among all. */
  readonly cases?: readonly ConformanceCase[]
  /** Told of each case as it ends, and how many there are. */
  readonly onResult?: (result: CaseResult, progress: { readonly done: number; readonly of: number }) => void
  /** Ends the suite after the case under way. */
  readonly signal?: AbortSignal
}

/**
 * Runs the suite without a test runner: in a page, in a worker, in a script. Between cases the event loop
 * gets a turn, so that a page stays alive.
 *
 *   const report = await runSuite({ name: 'cpu', create: () => cpu() })
 *
 * A case that fails does not end it. A gap that is closed is a failed case of its own.
 *
 * @throws AbortError; OptionError for a gap of a case that does not exist; what `create` throws.
 */
export async function runSuite(options: SuiteOptions): Promise<SuiteReport> {
  const { name, create, gaps = [], cases = conformanceCases(), onResult, signal } = options
  const list = new GapList(gaps, conformanceCases())
  const backend = await create()
  const results: CaseResult[] = []
  const record = (result: CaseResult) => {
    results.push(result)
    onResult?.(result, { done: results.length, of: cases.length })
  }
  try {
    const breathe = breather()
    for (const each of cases) {
      await breathe()
      if (signal?.aborted) throw new AbortError({ operation: `conformance of ${name}`, cause: signal.reason })
      record(await runCase(each, backend, list))
    }
    if (cases.length === conformanceCases().length) for (const result of closedGaps(list)) record(result)
  } finally {
    await backend.dispose()
  }
  return reportOf(name, results)
}

/** A report of results that came some other way, as from a test runner. */
export function reportOf(backend: string, cases: readonly CaseResult[]): SuiteReport {
  const count = (wanted: CaseResult['status']) => cases.filter(({ status }) => status === wanted).length
  return {
    backend,
    suite: suiteHash(),
    passed: count('passed'),
    failed: count('failed'),
    gaps: count('gap'),
    cases,
  }
}

/** Runs one case; what it throws becomes its message, and `onError` is told. */
export async function runCase(
  each: ConformanceCase,
  backend: Backend,
  list: GapList,
  onError?: (error: unknown) => void,
): Promise<CaseResult> {
  const { id, level, ops } = each
  const began = performance.now()
  const ended = () => ({ id, level, ops, ms: performance.now() - began })
  try {
    const outcome = await list.run(each, backend)
    return { ...ended(), ...outcome }
  } catch (error) {
    onError?.(error)
    return { ...ended(), status: 'failed', message: String(error) }
  }
}

/** A failed result for each gap that no case needed, of a list that has seen all cases. */
export function closedGaps(list: GapList): CaseResult[] {
  return list.unused().map((gap) => ({
    id: `errors/gap of ${'case' in gap ? gap.case : gap.op}`,
    level: 'errors',
    ops: 'op' in gap ? [gap.op] : [],
    status: 'failed',
    message: String(GapList.closed(gap)),
    ms: 0,
  }))
}

function suiteHash(): string {
  const ids = conformanceCases().map(({ id }) => id)
  return siteOf(ids.join('\n')).toString(16).padStart(8, '0')
}

/** Longest time without a turn for the event loop. */
const longestMs = 16

function breather(): () => Promise<void> {
  let lastMs = performance.now()
  return async () => {
    if (performance.now() - lastMs < longestMs) return
    await new Promise<void>((resolve) => setTimeout(resolve))
    lastMs = performance.now()
  }
}
