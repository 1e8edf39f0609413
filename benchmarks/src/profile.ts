import { cpu, formatProfile, type ProfileKey, type ProfileLimits, Profiler } from '@dragoman/backend-cpu'
import type { Backend } from '@dragoman/core'
import { median, round } from './measure.ts'
import { decodeOn } from './peers/dragoman/decode.ts'
import { trainOn } from './peers/dragoman/train.ts'
import type { Task } from './peers/entrant.ts'
import { decodingBatch, type Group, groups, type TrainingWorkload } from './workloads/names.ts'

/** What is profiled, and how it is shown. */
export interface ProfileRequest {
  /** Groups or workloads that train or decode: `TT`, `DS`, `DS-b16`. */
  readonly names: readonly string[]
  readonly rounds: number
  readonly threads: number
  readonly by: readonly ProfileKey[]
  /** See `ProfileOptions` of backend-cpu. */
  readonly fastest: boolean
  readonly markdown: boolean
}

const warmUps = 3
const mostRows = 30

/** Where the time of workloads goes on backend-cpu: for each of them its tables, as text. */
export async function* profileWorkloads(request: ProfileRequest): AsyncGenerator<string, void, undefined> {
  const { names, rounds, threads, by, fastest, markdown } = request
  let limits: ProfileLimits | undefined
  for (const workload of names.flatMap(workloadsOf)) {
    const plain = await cpu({ threads })
    const ms = await medianMs(await taskOn(plain, workload), rounds)
    const { engine, threads: count } = plain.info()
    await plain.dispose()
    const profiler = new Profiler(limits)
    const backend = await cpu({ threads, profiler })
    await medianMs(await taskOn(backend, workload), rounds, () => profiler.clear())
    const title = `${workload}: ${ms} ms without the profiler (${engine}, threads: ${count})`
    yield markdown ? `### ${title}\n` : title
    for (const key of by) {
      const profile = await profiler.profile({ by: key, rounds, fastest })
      limits = profile.limits
      yield `${formatProfile(profile, { markdown, most: mostRows })}\n`
    }
    await backend.dispose()
  }
}

function workloadsOf(name: string): readonly string[] {
  const known = Object.entries(groups).filter(([group]) => group !== 'gemm')
  const workloads = known.find(([group]) => group === name)?.[1]
  if (workloads) return workloads
  if (known.some(([, each]) => (each as readonly string[]).includes(name))) return [name]
  throw new Error(`profile: there is no '${name}'; known: ${known.map(([group]) => group).join(', ')}`)
}

async function taskOn(backend: Backend, workload: string): Promise<Task> {
  const group = workload.split('-')[0] as Group
  const isDecoding = decodingBatch(workload) !== undefined
  const entrant = isDecoding
    ? decodeOn(backend, group as 'DS')
    : await trainOn(backend, workload as TrainingWorkload)
  return entrant.tasks[workload]!
}

/** Of so many runs after a warm-up. */
async function medianMs(run: Task, rounds: number, onWarm: () => void = () => {}): Promise<number> {
  for (let i = 0; i < warmUps; i++) await run()
  onWarm()
  const times: number[] = []
  for (let i = 0; i < rounds; i++) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  return round(median(times))
}
