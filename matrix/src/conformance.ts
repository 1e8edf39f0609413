import { type CaseResult, conformanceCases } from '@dragoman/conformance'
import { casesOf } from './column-cases.ts'
import { type Column, columnNamed, columns } from './columns.ts'
import { findChromium } from './hosts/chromium.ts'
import { levelTable, opTable, summaryTable } from './matrix-tables.ts'
import { openHost } from './open-host.ts'
import { type ColumnRecord, type ConformanceRecord, recordOf } from './record.ts'
import { readRecord, writeRecord } from './record-file.ts'
import { runColumn } from './run-column.ts'
import { suiteHash } from './suite-hash.ts'
import { readVersions } from './versions.ts'

/** What the command may be told. */
export interface ConformanceOptions {
  /** Names of columns; all by default. */
  readonly backends?: string
  /** A regular expression that ids of cases match. */
  readonly cases?: string
  readonly json?: boolean
  /** Writes docs/conformance.json and docs/conformance.md. */
  readonly write?: boolean
  /** Fails when docs/conformance.json says something else. */
  readonly check?: boolean
  /** Every case also where the GPU is software. */
  readonly thorough?: boolean
  /** False: only the columns that run in Node. */
  readonly browser: boolean
}

/** Where the command writes. */
export interface Streams {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
}

type Records = Record<string, ColumnRecord>

/**
 * Runs the suite on backends, and prints the matrix.
 *
 * @returns the exit code: 1 when a case failed, or the record is stale and `check` asks for it.
 * @throws Error for options that do not go together, or a backend that does not exist.
 */
export async function conformance(options: ConformanceOptions, streams: Streams): Promise<number> {
  if (options.cases !== undefined && (options.write || options.check)) {
    throw new Error('--write and --check need every case\n  hint: leave out --cases')
  }
  const records: Records = {}
  let missing: readonly string[] = []
  for (const column of chooseColumns(options, streams)) {
    records[column.name] = await runOne(column, options, streams)
    // After each: a run of all takes long, and what is known is not lost when it ends early.
    if (options.write) missing = await write(records)
  }
  if (missing.length > 0) streams.stderr.write(`not in docs/conformance.json yet: ${missing.join(', ')}\n`)
  streams.stdout.write(options.json ? `${JSON.stringify(summaryOf(records))}\n` : tablesOf(records))
  const failed = Object.values(records).some(({ counts }) => counts[1] > 0)
  const stale = options.check ? staleColumns(records, await readRecord(), await suiteHash()) : []
  for (const line of stale) streams.stderr.write(`docs/conformance.json is stale: ${line}\n`)
  return failed || stale.length > 0 ? 1 : 0
}

function chooseColumns({ backends, browser }: ConformanceOptions, { stderr }: Streams): readonly Column[] {
  const named = backends?.split(',').map((name) => columnNamed(name.trim()))
  const chosen = (named ?? columns).filter(({ place }) => browser || place === 'node')
  if (named || findChromium() || chosen.every(({ place }) => place === 'node')) return chosen
  stderr.write(
    'no Chromium is found: only the backends in Node run\n  hint: install it, or set CHROMIUM_PATH\n',
  )
  return chosen.filter(({ place }) => place === 'node')
}

async function runOne(
  column: Column,
  options: ConformanceOptions,
  { stderr }: Streams,
): Promise<ColumnRecord> {
  const suite = conformanceCases()
  const pattern = new RegExp(options.cases ?? '')
  const cases = casesOf(column, suite, options).filter(({ id }) => pattern.test(id))
  if (cases.length === 0) throw new Error(`no case matches ${pattern}`)
  const run = await runColumn({
    column: column.name,
    suite,
    cases,
    open: () => openHost(column),
    onResult: progressWriter(column.name, cases.length, stderr),
  })
  const record = recordOf(run)
  const [passed, failed, gaps] = record.counts
  stderr.write(`${column.name}: ${passed} passed, ${failed} failed, ${gaps} gaps in ${record.seconds} s\n`)
  return record
}

/** How often a column that takes long says how far it is. */
const progressMs = 30_000

/** Writes failures as they come; of those that say the same, one after another, the first. */
function progressWriter(
  column: string,
  count: number,
  stderr: NodeJS.WritableStream,
): (result: CaseResult) => void {
  let last: string | undefined
  let done = 0
  let saidMs = performance.now()
  return ({ id, status, message }) => {
    done += 1
    if (performance.now() - saidMs > progressMs) {
      stderr.write(`${column}: ${done} of ${count}\n`)
      saidMs = performance.now()
    }
    if (status !== 'failed' || message === last) return
    stderr.write(`${column}: FAILED ${id}\n  ${message?.replaceAll('\n', '\n  ')}\n`)
    last = message
  }
}

function tablesOf(records: Records): string {
  return `\n${opTable(records)}\n\n${levelTable(records)}\n\n${summaryTable(records)}\n`
}

function summaryOf(records: Records): Record<string, { passed: number; failed: number; gaps: number }> {
  return Object.fromEntries(
    Object.entries(records).map(([name, { counts }]) => {
      const [passed, failed, gaps] = counts
      return [name, { passed, failed, gaps }]
    }),
  )
}

/**
 * Replaces the columns that ran; those that did not stay, if they saw the same suite.
 *
 * @returns the columns that are in no run yet.
 */
async function write(records: Records): Promise<string[]> {
  const suite = await suiteHash()
  const last = await readRecord().catch(() => undefined)
  const known: Records = { ...(last?.suite === suite ? last.columns : {}), ...records }
  const names = columns.map(({ name }) => name)
  await writeRecord({
    version: 1,
    suite,
    cases: conformanceCases().length,
    date: new Date().toISOString().slice(0, 10),
    versions: await readVersions(),
    columns: Object.fromEntries(names.flatMap((name) => (known[name] ? [[name, known[name]]] : []))),
  })
  return names.filter((name) => !known[name])
}

function staleColumns(records: Records, last: ConformanceRecord, suite: string): string[] {
  if (last.suite !== suite) return [`it is of suite ${last.suite}, and today's is ${suite}`]
  return Object.entries(records)
    .filter(([name, { counts }]) => String(last.columns[name]?.counts) !== String(counts))
    .map(([name, { counts }]) => `${name} has ${last.columns[name]?.counts}, and today ${counts}`)
}
