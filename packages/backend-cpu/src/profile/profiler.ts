import { BackendError, OptionError } from '@dragoman/core/backend'
import { leastMs, measureLimits, type ProfileLimits } from './limits.ts'
import { fastestMs, type ProfileEntry, Recorder } from './recorder.ts'

/** By what calls are put together: kind of instruction, op of the graph, instruction with its sizes, place. */
export type ProfileKey = 'instruction' | 'op' | 'size' | 'scope'

/** How a profile is made. */
export interface ProfileOptions {
  /** Default: `'instruction'`. */
  readonly by?: ProfileKey
  /** Calls and times are divided by it, such as the number of training steps. Default 1. */
  readonly rounds?: number
  /**
   * Counts each call as long as the fastest with the same op, place and sizes: for a machine that does other things at
   * the same time. Default false.
   */
  readonly fastest?: boolean
}

/** Calls that belong together. */
export interface ProfileRow {
  readonly name: string
  readonly calls: number
  readonly ms: number
  /** Of the time of all instructions, 0 to 1. */
  readonly share: number
  /** 10⁹ float operations a second; a multiply-add is two. */
  readonly gflops: number
  /** 10⁹ bytes a second, each operand and result counted once. */
  readonly gbPerSecond: number
  /** What bounds most of the least time. */
  readonly bound: 'compute' | 'memory'
  /** The least time by the limits over the time taken: 1 is the limit of this machine. */
  readonly ofLimit: number
}

/** Where the time of a backend went. */
export interface Profile {
  readonly by: ProfileKey
  /** Slowest first. */
  readonly rows: readonly ProfileRow[]
  /** In all instructions. */
  readonly ms: number
  /** Spent on making plans for new sizes. */
  readonly planMs: number
  /** Runs of programs. */
  readonly runs: number
  readonly limits: ProfileLimits
}

/**
 * Tells where the time of a backend goes, against the limits of this machine:
 *
 *   const profiler = new Profiler()
 *   const backend = await cpu({ profiler })
 *   // … train or generate
 *   console.log(formatProfile(await profiler.profile()))
 *
 * Plans are then walked from JavaScript, one instruction at a time, which costs some tenths of a microsecond for each;
 * without a profiler there is no cost. A profiler belongs to one backend.
 */
export class Profiler {
  /** What the backend writes into. */
  readonly recorder: Recorder = new Recorder()
  private limits: Promise<ProfileLimits> | undefined

  /** @param known limits that a profile of such a backend told before; without, they are measured. */
  constructor(known?: ProfileLimits) {
    if (known) this.limits = Promise.resolve(known)
  }

  /** Forgets what was recorded, such as first runs, which make plans. */
  clear(): void {
    this.recorder.clear()
  }

  /**
   * What was recorded since the beginning, or since `clear`. The first call measures the limits, for a second or two.
   *
   * @throws BackendError when no backend has the profiler; OptionError for an unknown key or rounds that are no number
   *   above 0.
   */
  async profile(options: ProfileOptions = {}): Promise<Profile> {
    const { by = 'instruction', rounds = 1, fastest = false } = options
    expectKnown(by, rounds)
    const limits = await this.measured()
    const { planMs, runs } = this.recorder
    const entries = this.recorder
      .entries()
      .filter(({ calls }) => calls > 0)
      .map((entry) => ({ ...entry, ms: fastest ? entry.calls * fastestMs(entry) : entry.ms }))
    const ms = sum(entries.map((entry) => entry.ms))
    const groups = new Map<string, ProfileEntry[]>()
    for (const entry of entries) groups.set(entry[by], [...(groups.get(entry[by]) ?? []), entry])
    const rows = [...groups].map(([name, group]) => rowOf(name, group, { ms, rounds, limits }))
    rows.sort((a, b) => b.ms - a.ms)
    return { by, rows, ms: ms / rounds, planMs: planMs / rounds, runs: runs / rounds, limits }
  }

  private measured(): Promise<ProfileLimits> {
    const { options } = this.recorder
    if (!options) {
      throw new BackendError({
        backend: 'cpu',
        problem: 'no backend has this profiler',
        hint: 'make the backend with it: cpu({ profiler })',
      })
    }
    this.limits ??= measureLimits(options)
    return this.limits
  }
}

const keys: readonly string[] = ['instruction', 'op', 'size', 'scope'] satisfies ProfileKey[]

function expectKnown(by: string, rounds: number): void {
  if (!keys.includes(by)) {
    const hint = `use one of ${keys.join(', ')}`
    throw new OptionError({ option: 'by', problem: `'${by}' is no key of a profile`, hint })
  }
  if (!(rounds > 0 && rounds < Number.POSITIVE_INFINITY)) {
    throw new OptionError({ option: 'rounds', problem: `${rounds} is no number above 0` })
  }
}

function rowOf(
  name: string,
  entries: readonly ProfileEntry[],
  { ms: allMs, rounds, limits }: { ms: number; rounds: number; limits: ProfileLimits },
): ProfileRow {
  const leastOf = { compute: 0, memory: 0 }
  for (const entry of entries) {
    const least = leastMs(entry, limits)
    leastOf[least.bound] += least.ms * entry.calls
  }
  const ms = sum(entries.map((entry) => entry.ms))
  // A clock that is too coarse may have seen no time at all.
  const perMs = (amount: number) => (ms > 0 ? amount / ms : 0)
  const total = (unit: 'flops' | 'bytes') => sum(entries.map((entry) => entry[unit] * entry.calls))
  return {
    name,
    calls: sum(entries.map((entry) => entry.calls)) / rounds,
    ms: ms / rounds,
    share: allMs > 0 ? ms / allMs : 0,
    gflops: perMs(total('flops')) / 1e6,
    gbPerSecond: perMs(total('bytes')) / 1e6,
    bound: leastOf.compute > leastOf.memory ? 'compute' : 'memory',
    ofLimit: perMs(leastOf.compute + leastOf.memory),
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
