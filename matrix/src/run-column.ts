import type { CaseResult, ConformanceCase } from '@dragoman/conformance'
import type { Host } from './hosts/host.ts'
import type { BackendInfo, Message } from './part.ts'

/** How a column did. */
export interface ColumnRun {
  /** What the backend says of itself. */
  readonly info: BackendInfo
  readonly results: readonly CaseResult[]
  readonly seconds: number
}

/** How a column is run. */
export interface ColumnRunOptions {
  readonly column: string
  /** All cases of the suite. */
  readonly suite: readonly ConformanceCase[]
  /** Which of them; all by default. */
  readonly cases?: readonly ConformanceCase[]
  readonly open: () => Host | Promise<Host>
  /** A case that takes longer than this has hung. */
  readonly patienceMs?: number
  readonly onResult?: (result: CaseResult) => void
}

/** After so many crashes the rest of a column is given up. */
const mostCrashes = 5

/**
 * Runs cases in a host. Where the host crashes, hangs or loses its device, the case under way has failed,
 * and those after it run in a fresh one.
 */
export async function runColumn(options: ColumnRunOptions): Promise<ColumnRun> {
  const { suite, cases = suite, onResult } = options
  const startMs = performance.now()
  const results: CaseResult[] = []
  let info: BackendInfo = {}
  const add = (result: CaseResult) => {
    results.push(result)
    onResult?.(result)
  }
  for (let crashes = 0, left = cases; left.length > 0; crashes += 1) {
    let started = false
    const problem = await runOnce(options, left.length === suite.length ? undefined : left, (message) => {
      if (message.type === 'result') add(message.result)
      if (message.type !== 'ready') return
      started = true
      info = message.info
    })
    const done = new Set(results.map(({ id }) => id))
    left = left.filter(({ id }) => !done.has(id))
    const lost = started && crashes < mostCrashes ? left.slice(0, 1) : left
    for (const each of lost)
      add(failure(each, problem ?? 'the suite that ran does not have it: dist/ is of another'))
    left = left.slice(lost.length)
  }
  return { info, results, seconds: (performance.now() - startMs) / 1000 }
}

/** Runs cases in a fresh host; returns what ended it early. */
async function runOnce(
  { column, open, patienceMs = 300_000 }: ColumnRunOptions,
  cases: readonly ConformanceCase[] | undefined,
  onMessage: (message: Message) => void,
): Promise<string | undefined> {
  let host: Host | undefined
  let timer: NodeJS.Timeout | undefined
  try {
    host = await open()
    const part = { column, ids: cases?.map(({ id }) => id) }
    const hang = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer for ${patienceMs / 1000} s`)), patienceMs)
    })
    const run = host.run(part, (message) => {
      timer?.refresh()
      onMessage(message)
    })
    await Promise.race([run, hang])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    clearTimeout(timer)
    await host?.close()
  }
}

function failure({ id, level, ops }: ConformanceCase, message: string): CaseResult {
  return { id, level, ops, status: 'failed', message, ms: 0 }
}
