import type { Profile, ProfileOptions } from '@dragoman/backend-cpu'
import { type Backend, loadModel, type Seq2Seq } from '@dragoman/core'
import type { ProfiledBackend } from '../backends.ts'
import type { CommandContext } from '../main.ts'
import { inFolder } from '../model-folder.ts'
import { diskStore } from '../storage/disk-store.ts'
import type { BenchTask } from './task.ts'

/** What is measured. */
export interface BenchRequest {
  readonly folder: string
  readonly rounds: number
  /** Makes the task on a loaded model. */
  task(seq2seq: Seq2Seq): Promise<BenchTask>
}

/** Times of the rounds. */
export interface Timing {
  readonly info: ReturnType<Backend['info']>
  /** Target tokens of a round, `<eos>` counted. */
  readonly tokens: number
  readonly medianMs: number
  readonly leastMs: number
  /** The first round: it compiles and plans. */
  readonly firstMs: number
}

/** Rounds before those that count: the first compiles and plans, and threads start when there is something for them. */
export const warmUps = 3

/** Times the rounds on a backend, which it ends. */
export async function timeRounds(
  backend: Backend,
  { folder, rounds, task: makeTask }: BenchRequest,
  { environment }: CommandContext,
  onWarm: () => void = () => {},
): Promise<Timing> {
  const { clock, disk } = environment
  try {
    const seq2seq = await inFolder(folder, () => loadModel(diskStore(folder, disk), backend))
    const task = await makeTask(seq2seq)
    let tokens = 0
    const timed = async (): Promise<number> => {
      const start = clock()
      tokens = await task.round()
      return clock() - start
    }
    const firstMs = await timed()
    for (let i = 1; i < warmUps; i++) await timed()
    onWarm()
    const times: number[] = []
    for (let i = 0; i < rounds; i++) times.push(await timed())
    times.sort((a, b) => a - b)
    const info = backend.info()
    await task.end()
    await seq2seq.dispose()
    return { info, tokens, medianMs: times[times.length >> 1]!, leastMs: times[0]!, firstMs }
  } finally {
    await backend.dispose()
  }
}

/** Where the time of the rounds went. */
export interface ProfiledRounds {
  readonly profile: Profile
  /** Median round with the profiler: what is not in instructions is search, preparation and the profiler itself. */
  readonly profiledMs: number
}

/** Times the rounds once more, on a backend with a profiler. */
export async function profileRounds(
  { backend, profiler }: ProfiledBackend,
  request: BenchRequest,
  options: Omit<ProfileOptions, 'rounds'>,
  context: CommandContext,
): Promise<ProfiledRounds> {
  const { medianMs } = await timeRounds(backend, request, context, () => profiler.clear())
  return { profile: await profiler.profile({ ...options, rounds: request.rounds }), profiledMs: medianMs }
}
