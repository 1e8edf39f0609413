import type { ProfileKey } from '@dragoman/backend-cpu'
import type { GenerateOptions, Seq2Seq } from '@dragoman/core'
import { Command, Option } from 'commander'
import { addBackendOptions, type BackendFlags } from '../backend-options.ts'
import type { BackendEntry, ProfiledBackend } from '../backends.ts'
import { type BenchRequest, profileRounds, timeRounds, warmUps } from '../bench/bench.ts'
import { madeUpPairs, madeUpSources } from '../bench/made-up.ts'
import { type BenchReport, describeBench } from '../bench/report.ts'
import { type BenchTask, decodingTask, trainingTask } from '../bench/task.ts'
import { addDecodingOptions, decodingOptions, flagOf } from '../decoding-options.ts'
import { readPairsFile, readSourcesFile } from '../input.ts'
import type { CommandContext } from '../main.ts'
import { backendNamed, expectModel } from '../model-folder.ts'
import { wholeNumber } from '../option-parsers.ts'
import { UsageError } from '../usage-error.ts'

const profileKeys = ['instruction', 'op', 'size', 'scope'] as const satisfies readonly ProfileKey[]

/** The flags that are not of decoding. */
interface BenchFlags extends BackendFlags {
  readonly input?: string
  readonly train?: boolean
  readonly rounds: number
  readonly batchSize?: number
  readonly profile?: boolean
  readonly by?: ProfileKey
  readonly fastest?: boolean
  readonly json?: boolean
}

const defaultRounds = 5
/** Sources that are made up, and pairs of a training step. */
const madeUpCount = { decode: 16, train: 32 }

/** `dragoman bench`: how fast a model is, and where the time goes. */
export function benchCommand(context: CommandContext): Command {
  const command = new Command('bench')
    .description('time a model: decoding, or a training step; and where the time goes')
    .argument('<DIR>', 'a model folder')
    .option('--input <FILE>', 'sources, a line each, or with --train pairs; .gz too (default: made up)')
    .option('--train', 'a training step instead of decoding; the folder stays as it is')
    .option('--rounds <N>', 'how often, after a warm-up', wholeNumber(1), defaultRounds)
    .option('--batch-size <N>', 'sources decoded together, or pairs of a step', wholeNumber(1))
    .option(
      '--profile',
      'with --backend cpu: time of each kind of instruction, against the limits of the machine',
    )
    .addOption(new Option('--by <KEY>', 'with --profile: what makes a row').choices(profileKeys))
    .option('--fastest', 'with --profile: each call counts as the fastest of its kind, for a busy machine')
    .option('--json', 'one JSON line')
    .addHelpText(
      'after',
      '\nOptions of search come from generation_config.json in DIR, where they are left out.',
    )
    .action((folder: string, request: BenchFlags & GenerateOptions) => runBench(folder, request, context))
  return addDecodingOptions(addBackendOptions(command, context.environment))
}

async function runBench(
  folder: string,
  request: BenchFlags & GenerateOptions,
  context: CommandContext,
): Promise<void> {
  const { input, train, rounds, batchSize, backend, threads, profile, by, fastest, json, ...search } = request
  const { environment, terminal } = context
  const entry = backendNamed(backend, '--backend', environment)
  const openProfiled = profilerOf(entry, request)
  if (train) expectNoSearch(search)
  await expectModel(folder, environment)
  const makeTask = await taskFor(folder, request, search, context)
  let items = 0
  const bench: BenchRequest = {
    folder,
    rounds,
    async task(seq2seq) {
      const made = await makeTask(seq2seq)
      items = made.items
      return made.task
    },
  }
  const timing = await timeRounds(await entry.open({ threads }), bench, context)
  const options = { ...(by ? { by } : {}), ...(fastest ? { fastest } : {}) }
  const found =
    openProfiled && (await profileRounds(await openProfiled({ threads }), bench, options, context))
  const report: BenchReport = {
    model: folder,
    backend,
    task: train ? 'train' : 'decode',
    items,
    isMadeUp: input === undefined,
    rounds,
    ...timing,
    tokensPerSecond: (1000 * timing.tokens) / timing.medianMs,
    ...found,
  }
  if (json) return terminal.print(JSON.stringify(report))
  for (const line of describeBench(report)) await terminal.print(line)
  if (!found) return
  const { formatProfile } = await import('@dragoman/backend-cpu')
  await terminal.print(`\n${formatProfile(found.profile)}`)
}

/** How the backend is opened for --profile. Throws UsageError where it cannot, and for flags of a profile without one. */
function profilerOf(
  entry: BackendEntry,
  { backend, profile, by, fastest }: BenchFlags,
): ((options: { threads?: number | undefined }) => Promise<ProfiledBackend>) | undefined {
  if (!profile) {
    const option = by ? '--by' : fastest ? '--fastest' : undefined
    if (option === undefined) return undefined
    throw new UsageError({ option, problem: 'there is no profile', hint: 'add --profile' })
  }
  if (entry.openProfiled) return (options) => entry.openProfiled!(options)
  throw new UsageError({
    option: '--profile',
    problem: `${backend} cannot tell where its time goes`,
    hint: 'use --backend cpu',
  })
}

function expectNoSearch(search: GenerateOptions): void {
  const [option] = Object.entries(search).flatMap(([key, value]) => (value === undefined ? [] : [key]))
  if (option === undefined) return
  throw new UsageError({
    option: flagOf(option),
    problem: 'a training step does not search',
    hint: 'leave it out, or leave out --train',
  })
}

type MakeTask = (seq2seq: Seq2Seq) => Promise<{ readonly task: BenchTask; readonly items: number }>

/** Reads the input now, so that what is wrong with it is said before anything is measured. */
async function taskFor(
  folder: string,
  { input, train, rounds, batchSize }: BenchFlags,
  search: GenerateOptions,
  context: CommandContext,
): Promise<MakeTask> {
  const { environment } = context
  if (train) {
    const given = input === undefined ? undefined : await readPairsFile(input, environment)
    const size = batchSize ?? madeUpCount.train
    return async (seq2seq) => {
      const pairs = (given ?? madeUpPairs(seq2seq, size)).slice(0, size)
      return { task: trainingTask(seq2seq, pairs, rounds + warmUps), items: pairs.length }
    }
  }
  const given = input === undefined ? undefined : await readSourcesFile(input, environment)
  return async (seq2seq) => {
    const sources = given ?? madeUpSources(seq2seq, batchSize ?? madeUpCount.decode)
    const options = await decodingOptions(seq2seq, folder, search, context)
    const task = decodingTask(seq2seq, sources, { ...options, ...(batchSize ? { batchSize } : {}) })
    return { task, items: sources.length }
  }
}
