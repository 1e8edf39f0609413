import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkAgreement } from './agreement.ts'
import { median, type Row, round } from './measure.ts'
import { Child } from './peers/child.ts'
import { decodingBatch } from './peers/entrant.ts'
import { writeGraphs } from './peers/onnx/graphs.ts'
import type { Clock, RoundAnswer } from './peers/round.ts'

/** Engines on which this library runs, and who runs the same written by hand. */
const engines: Readonly<Record<string, 'tfjs' | 'onnx' | undefined>> = {
  cpu: undefined,
  'tfjs-wasm': 'tfjs',
  'tfjs-cpu': 'tfjs',
  'onnx-wasm': 'onnx',
  'onnx-node': 'onnx',
}

/** Training takes `tfjs-cpu` minutes a step, so it is asked for by name. */
const defaultEngines = Object.keys(engines).filter((engine) => engine !== 'tfjs-cpu')

const workloads: Readonly<Record<string, readonly string[]>> = {
  TT: ['TT'],
  TR: ['TR'],
  TG: ['TG'],
  DS: ['DS-b1', 'DS-b16'],
}

/** What to compare. */
export interface BackendsOptions {
  /** Of TT, TR, TG and DS; all of them by default. */
  readonly workloads?: readonly string[]
  /** Names of backends; all but `tfjs-cpu` by default. */
  readonly engines?: readonly string[] | undefined
  readonly rounds: number
  readonly clock: Clock
}

/** A process that takes part, and what it answered in each round. */
interface Contestant {
  readonly peer: string
  /** Where the ratio to code by hand belongs. */
  readonly engine: string
  readonly child: Child
  readonly rounds: RoundAnswer[]
}

/**
 * Times each workload on every backend beside the same written by hand for its engine, and PyTorch: all of them in turn
 * in each round, each in a process of its own with one thread, so that what disturbs the machine disturbs all alike.
 * Without DRAGOMAN_PYTHON there is no PyTorch, and no ONNX graph by hand.
 *
 * @throws Error when two of them did not compute the same.
 */
export async function compareBackends(emit: (row: Row) => void, options: BackendsOptions): Promise<void> {
  const { workloads: asked = Object.keys(workloads), engines: chosen = defaultEngines } = options
  const unknown = [
    ...asked.filter((name) => !Object.hasOwn(workloads, name)),
    ...chosen.filter((name) => !Object.hasOwn(engines, name)),
  ]
  if (unknown.length > 0) {
    const known = [...Object.keys(workloads), ...Object.keys(engines)].join(', ')
    throw new Error(`backends: there is no ${unknown.join(', no ')}; known: ${known}`)
  }
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-benchmarks-'))
  try {
    for (const workload of asked.flatMap((name) => workloads[name]!))
      await compareOn(workload, entries(workload, chosen, folder), options, emit)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function compareOn(
  workload: string,
  all: readonly Entry[],
  { rounds, clock }: BackendsOptions,
  emit: (row: Row) => void,
): Promise<void> {
  const contestants: Contestant[] = []
  try {
    for (const { peer, engine, command, args } of all) {
      const child = await Child.start(command, args).catch((error: unknown) => {
        throw new Error(`${peer} on ${workload} did not start`, { cause: error })
      })
      contestants.push({ peer, engine, child, rounds: [] })
    }
    // The first round warms up: engines compile their hottest functions anew while they run.
    for (const { child, rounds: answers } of contestants)
      answers.push(await child.ask({ milliseconds: 2000, leastRuns: 3, clock }))
    for (let i = 0; i < rounds; i++)
      for (const { child, rounds: answers } of contestants)
        answers.push(await child.ask({ milliseconds: 1500, leastRuns: 3, clock }))
  } finally {
    for (const { child } of contestants) child.stop()
  }
  const isTraining = decodingBatch(workload) === undefined
  const notes = checkAgreement(
    contestants.map(({ peer, rounds: answers }) => ({
      peer,
      results: answers.flatMap(({ results }) => results),
    })),
    isTraining,
  )
  for (const [i, each] of contestants.entries())
    emit({ ...summary(each, workload, contestants), ...notes[i] })
}

/** How a contestant is started. */
interface Entry {
  readonly peer: string
  readonly engine: string
  readonly command: string
  readonly args: readonly string[]
}

/** Everyone who takes part in a workload; graphs that they need are written into the folder. */
function entries(workload: string, chosen: readonly string[], folder: string): Entry[] {
  const serve = fileURLToPath(new URL('./serve.js', import.meta.url))
  const python = process.env.DRAGOMAN_PYTHON
  const ours = (engine: string) => ({
    peer: `dragoman ${engine}`,
    engine,
    command: process.execPath,
    args: [serve, 'dragoman', engine, workload],
  })
  const byHand = (engine: string, side: 'tfjs' | 'onnx') => ({
    peer: `by hand ${engine}`,
    engine,
    command: process.execPath,
    args: [serve, side, engine, workload, folder],
  })
  const all = chosen.flatMap((engine) => {
    const side = engines[engine]
    return side && (side !== 'onnx' || python) ? [ours(engine), byHand(engine, side)] : [ours(engine)]
  })
  if (!python) return all
  if (chosen.some((engine) => engines[engine] === 'onnx')) writeGraphs(python, folder, workload)
  const script = fileURLToPath(new URL('../python/serve.py', import.meta.url))
  return [{ peer: 'pytorch', engine: 'pytorch', command: python, args: [script, workload] }, ...all]
}

/** Times of all rounds but the first, and ratios of the medians of the same round. */
function summary(contestant: Contestant, workload: string, all: readonly Contestant[]): Row {
  const { peer, engine, child, rounds } = contestant
  const times = rounds.slice(1).flatMap(({ times: each }) => each)
  const medians = (of: Contestant) => of.rounds.slice(1).map(({ times: each }) => median(each))
  const ratioTo = (other: Contestant | undefined): number | undefined => {
    if (!other || other === contestant) return undefined
    const theirs = medians(other)
    return round(median(medians(contestant).map((each, i) => each / theirs[i]!)))
  }
  const batch = decodingBatch(workload)
  const medianMs = round(median(times))
  const toPytorch = ratioTo(all.find((each) => each.peer === 'pytorch'))
  const toHand = ratioTo(all.find((each) => each.peer === `by hand ${engine}`))
  return {
    peer,
    workload,
    threads: 1,
    medianMs,
    minMs: round(Math.min(...times)),
    runs: times.length,
    ...(batch === undefined ? {} : { tokensPerSecond: round((batch * 32 * 1000) / medianMs) }),
    ...(toPytorch === undefined ? {} : { toPytorch }),
    ...(toHand === undefined ? {} : { toHand }),
    ...child.facts,
  }
}
