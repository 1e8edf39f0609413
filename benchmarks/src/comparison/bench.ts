import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '../document/report.ts'
import { readMachine, readVersions } from '../machine.ts'
import { writeGraphs } from '../peers/onnx/graphs.ts'
import { type Group, groups } from '../workloads/names.ts'
import { compareGroup, type Pace } from './compare.ts'
import { type Contestant, type Host, takesPart } from './contestants.ts'
import { type Download, measureDownloads } from './download.ts'
import type { Outcomes } from './result.ts'
import { compareStartUp } from './start-up.ts'

/** What a comparison consists of: groups of workloads, whole processes from their start, and sizes. */
export const parts: readonly string[] = [...Object.keys(groups), 'start-up', 'download']

/** What a full run and a quick one take of each contestant in a round, in milliseconds. */
const paces: Readonly<Record<'full' | 'quick', Pace>> = {
  full: {
    rounds: 5,
    leastRuns: 1,
    milliseconds: { gemm: 150, TT: 1000, TR: 800, TG: 800, DS: 400, DM: 800 },
  },
  quick: {
    rounds: 2,
    leastRuns: 1,
    milliseconds: { gemm: 60, TT: 200, TR: 200, TG: 200, DS: 100, DM: 200 },
  },
}

/** Left out of a quick run, but for products: those that take seconds for a step or for their start. */
const slow = ['tfjs-wasm', 'hand-tfjs-wasm', 'jax-js', 'chromium-cpu', 'chromium-cpu-2']

/** What to compare. */
export interface BenchOptions {
  /** Of `parts`. */
  readonly parts: readonly string[]
  readonly contestants: readonly Contestant[]
  readonly isQuick: boolean
  /** Instead of those of the pace. */
  readonly rounds: number | undefined
  readonly host: Host
  readonly onProgress: (line: string) => void
}

/** Runs a comparison, one part after the other. */
export async function runBench(options: BenchOptions): Promise<Report> {
  const { contestants, isQuick, host } = options
  const begin = performance.now()
  const chosen = paces[isQuick ? 'quick' : 'full']
  const pace = { ...chosen, rounds: options.rounds ?? chosen.rounds }
  const outcomes: Outcomes[] = []
  let downloads: readonly Download[] = []
  for (const part of options.parts) {
    const start = performance.now()
    if (part === 'download') downloads = await measureDownloads()
    else if (part === 'start-up') outcomes.push(await compareStartUp(contestants, host, pace.rounds))
    else outcomes.push(await compareOne(part as Group, options, pace))
    options.onProgress(`${part}: ${Math.round((performance.now() - start) / 1000)} s`)
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: readMachine(),
    versions: readVersions(host),
    isQuick,
    rounds: pace.rounds,
    minutes: (performance.now() - begin) / 60_000,
    results: outcomes.flatMap(({ results }) => results),
    failures: outcomes.flatMap(({ failures }) => failures),
    downloads,
  }
}

/** One group, with a folder for its graphs meanwhile. */
async function compareOne(
  group: Group,
  { contestants, isQuick, host }: BenchOptions,
  pace: Pace,
): Promise<Outcomes> {
  const present = contestants.filter(
    (each) => takesPart(each, group, host) && !(isQuick && group !== 'gemm' && slow.includes(each.id)),
  )
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-benchmarks-'))
  try {
    if (present.some(({ side }) => side === 'onnx')) writeGraphs(host.python, folder, group)
    return await compareGroup(group, present, folder, host, pace)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
