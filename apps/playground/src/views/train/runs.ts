import { type Signal, signal } from '@preact/signals'
import { forgetModel } from '../../engine/own-models.ts'
import type { Check, RunNews, RunPlan, RunRecord } from '../../engine/run-record.ts'
import { savedRuns } from '../../engine/saved-runs.ts'
import { TrainClient } from '../../engine/train-client.ts'

/** A run as the page shows it. */
export interface Run {
  readonly id: string
  readonly plan: RunPlan
  readonly losses: readonly number[]
  readonly checks: readonly Check[]
  readonly step: number
  readonly tokensPerSecond: number
  readonly secondsLeft: number
  readonly status: 'loading' | 'running' | 'paused' | 'stopped' | 'done' | 'failed'
  readonly error?: unknown
}

/** All runs, the newest first. */
export const runs: Signal<readonly Run[]> = signal([])
const clients = new Map<string, TrainClient>()
/** Runs that this visit has started. */
let started = 0

/** Puts the runs that the browser keeps beside those of this visit. */
export async function recallRuns(): Promise<void> {
  const known = new Set(runs.value.map(({ id }) => id))
  const saved = (await savedRuns()).filter(({ id }) => !known.has(id)).map(fromRecord)
  runs.value = [...runs.value, ...saved]
}

function fromRecord({ id, plan, losses, checks, step, isDone }: RunRecord): Run {
  const status = isDone ? 'done' : 'stopped'
  return { id, plan, losses, checks, step, tokensPerSecond: 0, secondsLeft: 0, status }
}

/** Starts a new run, or goes on with a stopped one. */
export async function start(plan: RunPlan, id: string = newId()): Promise<void> {
  const known = runs.value.find((run) => run.id === id)
  const fresh = fromRecord({ id, plan, losses: [], checks: [], step: 0, isDone: false })
  const run: Run = { ...(known ?? fresh), status: 'loading' }
  runs.value = [run, ...runs.value.filter((each) => each.id !== id)]
  const client = new TrainClient()
  clients.set(id, client)
  try {
    const record = await client.run(id, plan, (news) => heard(id, news))
    change(id, { ...fromRecord({ ...record, id }) })
  } catch (error) {
    change(id, { status: 'failed', error })
  } finally {
    clients.delete(id)
  }
}

/** The time, in an order that sorts, and a number that tells runs of one moment apart; it names a folder, and colons do not do in one everywhere. */
function newId(): string {
  const time = new Date().toISOString().replaceAll(':', '-')
  return `${time}-${String(started++).padStart(3, '0')}`
}

function heard(id: string, news: RunNews): void {
  const paused = runs.value.find((run) => run.id === id)?.status === 'paused'
  change(id, { ...news, status: paused ? 'paused' : 'running' })
}

export function pause(id: string): void {
  void clients.get(id)?.pause()
  change(id, { status: 'paused' })
}

export function resume(id: string): void {
  void clients.get(id)?.resume()
  change(id, { status: 'running' })
}

export function stop(id: string): void {
  void clients.get(id)?.stop()
}

export async function remove(id: string): Promise<void> {
  await forgetModel(`runs/${id}`)
  runs.value = runs.value.filter((run) => run.id !== id)
}

function change(id: string, part: Partial<Run>): void {
  runs.value = runs.value.map((run) => (run.id === id ? { ...run, ...part } : run))
}
