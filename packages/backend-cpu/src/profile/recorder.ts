import { BackendError } from '@dragoman/core/backend'
import type { CpuOptions } from '../cpu.ts'
import type { PlanError } from '../engine.ts'
import { argumentOffsets, headerWords, instructions } from '../plan/encoding.ts'
import { type Cost, costAt, instructionNameAt, type KernelName } from './cost.ts'

/** What an instruction came to: all its calls with one op, place and size together. */
export interface ProfileEntry extends Cost {
  /** Of the kernels: `matmul`, `elementwise`, `lstmForward` … */
  readonly instruction: string
  /** Op of the graph; of a chain the last. Empty for what the planner adds. */
  readonly op: string
  /** Place in the model. */
  readonly scope: string
  /** The instruction with its sizes. */
  readonly size: string
  calls: number
  ms: number
  /** Of the fastest call; 0 where the clock is coarser than that. */
  leastMs: number
}

/** A plan as it lies in memory, and what walks it. */
export interface RecordedPlan {
  /** Equal for runs of the same plan. */
  readonly key: object
  /** Number of its first word in the memory, and of the word behind its last. */
  readonly start: number
  readonly end: number
  /** The memory. */
  readonly words: Int32Array
  /** Whether threads share it. */
  readonly isShared: boolean
  /** The instruction at a word of the memory. */
  instructionAt(word: number): { readonly op: string; readonly scope: string; label(): string } | undefined
  /** Walks the instructions from word `start` up to `end`, with all threads or alone. */
  walk(start: number, end: number, isShared: boolean): PlanError | undefined
}

/** Milliseconds of the fastest call; of the mean one where the clock is too coarse to tell, as in a page. */
export function fastestMs({ calls, ms, leastMs }: ProfileEntry): number {
  return leastMs > 0 ? leastMs : ms / calls
}

type Entries = Map<number, ProfileEntry>

const loopAt = /* @__PURE__ */ argumentOffsets('loop')

/**
 * Walks plans from JavaScript, one instruction at a time, and keeps how long each takes. The threads of a team meet
 * before and after each instruction that they share, so barriers are left out.
 */
export class Recorder {
  runs = 0
  planMs = 0
  private readonly merged = new Map<string, ProfileEntry>()
  private plans = new WeakMap<object, Entries>()
  private takenBy: CpuOptions | undefined

  /** Options of the backend that it records, if it does one. */
  get options(): CpuOptions | undefined {
    return this.takenBy
  }

  /** @throws BackendError when it records another backend already. */
  attach(options: CpuOptions): void {
    if (this.takenBy) {
      throw new BackendError({
        backend: 'cpu',
        problem: 'the profiler belongs to another backend already',
        hint: 'make a profiler for each backend',
      })
    }
    this.takenBy = options
  }

  entries(): readonly ProfileEntry[] {
    return [...this.merged.values()]
  }

  clear(): void {
    this.runs = 0
    this.planMs = 0
    this.merged.clear()
    this.plans = new WeakMap()
  }

  /** Walks a plan; gives what stopped it, if anything. */
  walk(plan: RecordedPlan): PlanError | undefined {
    this.runs++
    const entries: Entries = this.plans.get(plan.key) ?? new Map()
    this.plans.set(plan.key, entries)
    return this.walkWords(plan, entries, [plan.start, plan.end], plan.isShared)
  }

  private walkWords(
    plan: RecordedPlan,
    entries: Entries,
    [start, end]: readonly [number, number],
    isShared: boolean,
  ): PlanError | undefined {
    const { words } = plan
    for (let p = start; p < end; p += words[p + 1]!) {
      const code = words[p]!
      let error: PlanError | undefined
      if (code === instructions.loop.code) error = this.walkLoop(plan, entries, p, isShared)
      else if (code === instructions.alone.code)
        error = this.walkWords(plan, entries, [p + headerWords('alone'), p + words[p + 1]!], false)
      else if (code !== instructions.barrier.code) error = this.walkOne(plan, entries, p, isShared)
      if (error) return error
    }
    return undefined
  }

  private walkLoop(
    plan: RecordedPlan,
    entries: Entries,
    p: number,
    isShared: boolean,
  ): PlanError | undefined {
    const { words } = plan
    const count = words[p + loopAt.count]!
    const isReverse = words[p + loopAt.reverse] !== 0
    const body = p + headerWords('loop')
    const table = body + words[p + loopAt.bodyWords]!
    const tableEnd = table + 3 * words[p + loopAt.patches]!
    for (let i = 0; i < count; i++) {
      const t = isReverse ? count - 1 - i : i
      for (let patch = table; patch < tableEnd; patch += 3) {
        words[body + words[patch]!] = words[patch + 1]! + Math.imul(t, words[patch + 2]!)
      }
      const error = this.walkWords(plan, entries, [body, table], isShared)
      if (error) return error
    }
    return undefined
  }

  private walkOne(plan: RecordedPlan, entries: Entries, p: number, isShared: boolean): PlanError | undefined {
    const entry = entries.get(p - plan.start) ?? this.entryAt(plan, entries, p)
    const end = p + plan.words[p + 1]!
    const beginMs = performance.now()
    const error = plan.walk(p, end, isShared)
    const ms = performance.now() - beginMs
    entry.ms += ms
    if (ms < entry.leastMs) entry.leastMs = ms
    entry.calls++
    return error
  }

  private entryAt(plan: RecordedPlan, entries: Entries, p: number): ProfileEntry {
    const name = instructionNameAt(plan.words, p) as KernelName
    const { op = '', scope = '', label } = plan.instructionAt(p) ?? {}
    const size = label?.() ?? name
    const key = [op, scope, size].join('\n')
    let entry = this.merged.get(key)
    if (!entry) {
      const times = { calls: 0, ms: 0, leastMs: Number.POSITIVE_INFINITY }
      entry = { instruction: name, op, scope, size, ...times, ...costAt(plan.words, p, name) }
      this.merged.set(key, entry)
    }
    entries.set(p - plan.start, entry)
    return entry
  }
}
