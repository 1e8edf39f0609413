import { readFile } from 'node:fs/promises'
import {
  type Backend,
  createSeq2Seq,
  type EndEvent,
  type FileStore,
  OptionError,
  type Seq2Seq,
  type TrainEvent,
  type TrainOptions,
  train,
  writeGenerationConfig,
} from '@dragoman/core'
import type { TrainRequest } from '../commands/train.ts'
import type { Interrupt } from '../interrupt.ts'
import type { CommandContext } from '../main.ts'
import { inFolder, openBackend } from '../model-folder.ts'
import { asStorageError } from '../storage/disk-error.ts'
import { diskStore } from '../storage/disk-store.ts'
import { ClosedOutputError } from '../terminal.ts'
import { InterruptedError } from '../usage-error.ts'
import { buildTokenizers } from './build-tokenizers.ts'
import { readTrainingConfig } from './config-file.ts'
import { createOptimizer } from './optimizer.ts'
import { resolveConfig } from './resolve-config.ts'
import {
  type EarlierRun,
  expectSameTokens,
  openRunFolder,
  removeUnusedRun,
  saveTrainingConfig,
} from './run-folder.ts'
import { resumeCommand, summaryLines } from './run-summary.ts'
import type { TrainingConfig, TrainingConfigFile } from './training-config.ts'
import { type TrainingProgress, trainingProgress } from './training-progress.ts'
import { readTrainingPairs, type TrainingPairs } from './validation-pairs.ts'

/** A run with all that it needs. */
interface Run {
  readonly path: string
  readonly request: TrainRequest
  readonly context: CommandContext
  readonly pairs: TrainingPairs
  readonly config: TrainingConfig
  /** Whether a saved run goes on. */
  readonly goesOn: boolean
  readonly store: FileStore
  readonly seq2seq: Seq2Seq
}

/** Carries out `dragoman train`: reads everything first, and writes only when all of it is right. */
export async function runTraining(
  path: string,
  request: TrainRequest,
  context: CommandContext,
): Promise<void> {
  const { environment } = context
  const store = diskStore(request.out, environment.disk)
  const earlier = await openRunFolder(request.out, store, { resume: request.resume ?? false })
  const file = await readConfigFile(request, earlier)
  const pairs = await readTrainingPairs(path, request.valid, environment)
  const config = resolveConfig(request, file, pairs.valid.length > 0)
  if (earlier.hasCheckpoint && earlier.config) expectSameTokens(request.out, earlier.config, config)
  tellStart(request, context, pairs, earlier)
  const backend = await openBackend(request, environment)
  try {
    const seq2seq = await createModel(request, config, pairs, backend)
    await carryOut({ path, request, context, pairs, config, goesOn: earlier.hasCheckpoint, store, seq2seq })
    await seq2seq.dispose()
  } finally {
    await backend.dispose()
  }
}

async function readConfigFile(
  { config: path, model, preset, cell }: TrainRequest,
  earlier: EarlierRun,
): Promise<TrainingConfigFile | undefined> {
  if (path !== undefined) {
    const text = await readFile(path, 'utf8').catch((error) => {
      throw asStorageError(path, error)
    })
    return inFolder(path, () => readTrainingConfig(text))
  }
  if (!earlier.config || (model ?? preset ?? cell) === undefined) return earlier.config
  // A model that is named must be the one that was saved: core compares.
  const { model: _, ...others } = earlier.config
  return others
}

function createModel(
  request: TrainRequest,
  config: TrainingConfig,
  { train: pairs }: TrainingPairs,
  backend: Backend,
): Promise<Seq2Seq> {
  const built = buildTokenizers(pairs, config)
  const { model, training } = config
  const seed = training.seed === undefined ? {} : { seed: training.seed }
  return inFolder(request.config ?? 'model', () =>
    createSeq2Seq({ config: model, tokenizers: built, backend }, seed),
  )
}

function tellStart(
  request: TrainRequest,
  { terminal }: CommandContext,
  { train: pairs, valid }: TrainingPairs,
  { hasCheckpoint }: EarlierRun,
): void {
  const count = (of: readonly unknown[]) => of.length.toLocaleString('en')
  const validation = valid.length > 0 ? `validating with ${count(valid)}` : 'no validation'
  terminal.note(`training on ${count(pairs)} pairs, ${validation}`)
  if (request.resume && !hasCheckpoint) {
    terminal.note(`there is no checkpoint in ${request.out} yet: starting from the beginning`)
  }
}

async function carryOut(run: Run): Promise<void> {
  const { request, context, config, goesOn, store, seq2seq } = run
  const interrupt = context.environment.interrupt()
  const progress = trainingProgress({ ...context.environment, limits: config.training })
  let end: EndEvent
  try {
    if (!goesOn) await saveConfig(run)
    end = await followEvents(run, interrupt, progress)
  } catch (error) {
    progress.stop()
    // A disk that fails here too must not hide the first error.
    await removeUnusedRun(request.out, store, context.environment.disk).catch(() => {})
    throw error
  } finally {
    progress.stop()
    interrupt.release()
  }
  if (end.reason === 'aborted') {
    const hint = `go on with: ${resumeCommand(run.path, request)}`
    throw new InterruptedError(`stopped after step ${end.step}; saved in ${request.out}\n  hint: ${hint}`)
  }
  if (!request.json) {
    for (const line of summaryLines(request.out, seq2seq.model, end, progress)) {
      await context.terminal.print(line)
    }
  }
}

async function saveConfig({ config, store }: Run): Promise<void> {
  await saveTrainingConfig(store, config)
  if (Object.keys(config.generation).length > 0) await writeGenerationConfig(store, config.generation)
}

async function followEvents(run: Run, interrupt: Interrupt, progress: TrainingProgress): Promise<EndEvent> {
  const { request, context, pairs, goesOn, seq2seq } = run
  let isSaved = !goesOn
  let end: EndEvent | undefined
  try {
    for await (const event of train(seq2seq, pairs.train, trainOptions(run, interrupt.signal))) {
      // Options that the saved run does not go on with were refused before the first event.
      if (!isSaved) await saveConfig(run)
      isSaved = true
      progress.report(event)
      if (request.json) await printEvent(event, context, interrupt)
      if (event.type === 'end') end = event
    }
  } catch (error) {
    throw explain(error)
  }
  return end!
}

async function printEvent(
  event: TrainEvent,
  { terminal }: CommandContext,
  interrupt: Interrupt,
): Promise<void> {
  try {
    await terminal.print(JSON.stringify(event))
  } catch (error) {
    if (!(error instanceof ClosedOutputError)) throw error
    // Nobody reads any more: end as Ctrl-C does, with all that was learnt.
    interrupt.abort()
  }
}

function trainOptions({ pairs, config, store, request }: Run, signal: AbortSignal): TrainOptions {
  const { optimizer, validation, checkpoint, ...settings } = config.training
  const regularly = everySteps(config, pairs.train.length)
  return {
    ...settings,
    ...(optimizer ? { optimizer: createOptimizer(optimizer) } : {}),
    ...(pairs.valid.length > 0 ? { validation: { pairs: pairs.valid, ...regularly, ...validation } } : {}),
    checkpoint: { store, ...regularly, ...pickEvery(validation), ...checkpoint },
    resume: request.resume ?? false,
    signal,
  }
}

const longEpochSteps = 1000

/** At the end of each epoch, or every 1,000 steps where epochs are longer. */
function everySteps({ training }: TrainingConfig, pairs: number): { readonly everySteps?: number } {
  const { batch, accumulate = 1 } = training
  if (batch?.by === 'tokens') return {}
  return pairs / ((batch?.size ?? 64) * accumulate) > longEpochSteps ? { everySteps: longEpochSteps } : {}
}

function pickEvery(validation: TrainingConfig['training']['validation']): { readonly everySteps?: number } {
  return validation?.everySteps === undefined ? {} : { everySteps: validation.everySteps }
}

/** Says where other pairs than those of the saved run may come from. */
function explain(error: unknown): unknown {
  if (!OptionError.isInstance(error) || !/^(pairs|validation)\b/.test(error.option)) return error
  const { option, problem } = error
  const hint = 'resume with the same PAIRS and the same --valid, or start anew in another folder'
  return new OptionError({ option, problem, hint })
}
