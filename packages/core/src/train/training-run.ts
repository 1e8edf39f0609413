import type { HostArray } from '../backend/contract.ts'
import type { Session } from '../backend/session.ts'
import type { Batch, BatchState, Example, Pair, PlannedBatch } from '../data/index.ts'
import { BatchPlan, collate, encodePairs } from '../data/index.ts'
import { DataError, FormatError, NonFiniteError, OptionError } from '../errors.ts'
import { saveModel } from '../models/model-folder.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import type { Checkpoint, Progress } from './checkpoint.ts'
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts'
import type { CheckpointEvent, EndEvent, StepEvent, ValidationEvent } from './events.ts'
import { meanLoss } from './mean-loss.ts'
import type { ReadTrainOptions } from './options.ts'
import type { Schedule } from './schedule.ts'
import { schedule } from './schedule.ts'
import type { Settings } from './settings.ts'
import { checkSettings, settingsOf } from './settings.ts'
import type { Updater } from './updater.ts'
import { createUpdater } from './updater.ts'

type Weights = ReadonlyMap<string, HostArray>

/** What a run is made of. */
interface Parts {
  readonly seq2seq: Seq2Seq
  readonly options: ReadTrainOptions
  readonly examples: readonly Example[]
  readonly validation: readonly Example[] | undefined
  readonly plan: BatchPlan
  readonly settings: Settings
}

/** Sessions whose weights a run is changing: a second run would take the first one's memory. */
const busy = new WeakSet<Session>()

/** A run under way: what it has done, and the parts of the loop. {@link train} is the loop itself. */
export class TrainingRun {
  private readonly parts: Parts
  private readonly updater: Updater
  private readonly schedule: Schedule
  private readonly startedAt: number
  private step = 0
  private data: BatchState = { epoch: 0, position: 0 }
  private batches: Iterator<PlannedBatch>
  private best: { readonly metric: number; readonly step: number; readonly weights: Weights } | undefined
  private worse = 0
  private weightsOfStep = 0

  private constructor(parts: Parts, updater: Updater) {
    this.parts = parts
    this.updater = updater
    this.batches = parts.plan.from(this.data)[Symbol.iterator]()
    this.schedule = schedule(parts.options.schedule)
    this.startedAt = parts.options.clock()
  }

  /** Compiles what is needed, and goes on from a checkpoint where that is asked for. */
  static async start(
    seq2seq: Seq2Seq,
    pairs: readonly Pair[],
    options: ReadTrainOptions,
  ): Promise<TrainingRun> {
    const parts = prepare(seq2seq, pairs, options)
    const { session } = seq2seq
    expectTrainable(seq2seq)
    busy.add(session)
    let updater: Updater | undefined
    try {
      updater = await createUpdater(seq2seq, options)
      const run = new TrainingRun(parts, updater)
      const saved = options.resume ? await loadCheckpoint(options.checkpoint!.store) : undefined
      if (saved) run.restore(saved)
      return run
    } catch (error) {
      updater?.dispose()
      busy.delete(session)
      throw error
    }
  }

  /** Whether there is anything to save. */
  get hasSteps(): boolean {
    return this.step > 0
  }

  /** Why the run is over; undefined while it goes on. */
  endReason(): EndEvent['reason'] | undefined {
    const { signal, epochs, steps, minutes, validation, clock } = this.parts.options
    if (signal?.aborted) return 'aborted'
    if (epochs !== undefined && this.data.epoch >= epochs) return 'epochs'
    if (steps !== undefined && this.step >= steps) return 'steps'
    if (minutes !== undefined && clock() - this.startedAt >= minutes * 60_000) return 'minutes'
    if (validation?.patience !== undefined && this.worse >= validation.patience) return 'patience'
    return undefined
  }

  /** One update of the weights. */
  async update(): Promise<StepEvent> {
    const { plan, options } = this.parts
    const { accumulate, clock } = options
    const began = clock()
    const { epoch } = this.data
    const batches: Batch[] = []
    let next = this.data
    // An epoch's last step may have fewer batches: a step never reaches into the next epoch.
    while (batches.length < accumulate && next.epoch === epoch) {
      const planned = this.batches.next().value as PlannedBatch
      batches.push(this.collate(planned.indices))
      next = planned.next
    }
    const step = this.step + 1
    const learningRate = this.schedule.learningRate(step)
    const { loss, gradientNorm, tokens } = await this.updater.update(batches, step, learningRate)
    this.step = step
    this.data = next
    this.weightsOfStep = step
    const seconds = (clock() - began) / 1000
    return {
      type: 'step',
      step,
      epoch,
      epochProgress: next.epoch > epoch ? 1 : next.position / plan.batches(epoch).length,
      loss,
      learningRate,
      gradientNorm,
      tokens,
      tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
    }
  }

  /** Whether a step ended with what happens every so many steps, or at the end of each epoch. */
  isDue({ everySteps }: { readonly everySteps?: number | undefined }): boolean {
    return everySteps === undefined ? this.data.position === 0 : this.step % everySteps === 0
  }

  /** Looks at the validation pairs, and keeps the weights when they are the best so far. */
  async validate(): Promise<ValidationEvent> {
    const { seq2seq, options, validation } = this.parts
    const { step } = this
    const measure = options.validation?.measure
    const loss = await meanLoss(seq2seq, validation!, options.batch.lengthMultiple)
    if (!Number.isFinite(loss)) throw new NonFiniteError({ step, tensor: 'validation loss' })
    const metric = measure ? await measure(seq2seq) : loss
    if (!Number.isFinite(metric)) {
      const problem = `it gave ${metric} at step ${step}, which is not a finite number`
      throw new OptionError({ option: 'validation.measure', problem })
    }
    const isBest = this.best === undefined || metric < this.best.metric
    if (isBest) this.best = { metric, step, weights: await seq2seq.weights() }
    this.worse = isBest ? 0 : this.worse + 1
    this.schedule.observe(metric)
    return { type: 'validation', step, loss, metric, isBest }
  }

  /** Saves the run, and the model that it would end with now. */
  async checkpoint(): Promise<CheckpointEvent> {
    const { seq2seq, options, settings } = this.parts
    const { step, data, worse, best } = this
    const weights = await seq2seq.weights()
    expectFinite(weights, step)
    const optimizer = new Map<string, HostArray>()
    for (const name of this.updater.memory) optimizer.set(name, await seq2seq.session.get(name))
    const progress: Progress = { step, data, worse, schedule: this.schedule.state() }
    const { store } = options.checkpoint!
    await saveCheckpoint(store, {
      progress: best ? { ...progress, best: { metric: best.metric, step: best.step } } : progress,
      settings,
      weights,
      optimizer,
      ...(best ? { best: best.weights } : {}),
    })
    await saveModel(seq2seq, store, best?.weights ?? weights)
    return { type: 'checkpoint', step }
  }

  /** Saves the model of the best validation, where there is a store. */
  async saveBest(): Promise<void> {
    const { seq2seq, options } = this.parts
    if (options.checkpoint && this.best) {
      await saveModel(seq2seq, options.checkpoint.store, this.best.weights)
    }
  }

  /** Gives the model the weights of the best validation. */
  end(reason: EndEvent['reason']): EndEvent {
    if (this.best) {
      this.parts.seq2seq.setWeights(this.best.weights)
      this.weightsOfStep = this.best.step
    }
    return { type: 'end', step: this.step, reason, weightsOfStep: this.weightsOfStep }
  }

  /** Gives back the memory that training alone needs. */
  dispose(): void {
    this.updater.dispose()
    busy.delete(this.parts.seq2seq.session)
  }

  private restore({ progress, settings, weights, optimizer, best }: Checkpoint): void {
    const { seq2seq, plan } = this.parts
    checkSettings(settings, this.parts.settings)
    const missing = this.updater.memory.find((name) => !optimizer.has(name))
    if (missing)
      throw new FormatError({ format: 'optimizer.safetensors', problem: `'${missing}' is missing` })
    this.batches = plan.from(progress.data)[Symbol.iterator]()
    seq2seq.setWeights(weights)
    for (const name of this.updater.memory) seq2seq.session.set(name, optimizer.get(name)!)
    this.step = progress.step
    this.weightsOfStep = progress.step
    this.data = progress.data
    this.worse = progress.worse
    this.schedule.restore(progress.schedule)
    if (progress.best && best) this.best = { ...progress.best, weights: best }
  }

  private collate(indices: Uint32Array): Batch {
    const { examples, options } = this.parts
    const { lengthMultiple } = options.batch
    return collate(
      Array.from(indices, (index) => examples[index]!),
      { lengthMultiple },
    )
  }
}

/** Reads the data, and refuses what cannot be used before any memory is taken. */
function prepare(seq2seq: Seq2Seq, pairs: readonly Pair[], options: ReadTrainOptions): Parts {
  const { config, tokenizers } = seq2seq
  const examples = encodePairs(pairs, tokenizers)
  const validation = options.validation && encodePairs(options.validation.pairs, tokenizers)
  return {
    seq2seq,
    options,
    examples,
    validation,
    plan: new BatchPlan(examples, { ...options.batch, seed: options.seed }),
    settings: settingsOf(options, { config, examples, validation }),
  }
}

function expectTrainable({ model, session }: Seq2Seq): void {
  const names = new Set(session.names())
  const missing = model.parameters.find(({ path }) => !names.has(path))
  if (missing) {
    throw new DataError({
      problem: `the model has no weight '${missing.path}'`,
      hint: 'it was disposed, or its weights were never set',
    })
  }
  if (busy.has(session)) {
    throw new OptionError({
      option: 'seq2seq',
      problem: 'this model is being trained already',
      hint: 'let that run end, break out of its loop, or call return() on it',
    })
  }
}

/** What is saved can go on: a checkpoint never takes the place of one that could. */
function expectFinite(weights: Weights, step: number): void {
  for (const [path, { data }] of weights) {
    if (!data.every(Number.isFinite)) throw new NonFiniteError({ step, tensor: `weight ${path}` })
  }
}
