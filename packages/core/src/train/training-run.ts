import type { HostArray } from '../backend/contract.ts'
import type { Session } from '../backend/session.ts'
import type { Batch, BatchState, Example, Pair, PlannedBatch } from '../data/index.ts'
import { BatchPlan, collate, encodePairs } from '../data/index.ts'
import { DataError, FormatError, NonFiniteError, OptionError } from '../errors.ts'
import { expectReadable } from '../models/limits.ts'
import { saveModel } from '../models/model-folder.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { averageWeights } from './average.ts'
import type { Checkpoint, Progress, SavedWeights } from './checkpoint.ts'
import { freeFolder, loadCheckpoint, loadWeights, saveCheckpoint } from './checkpoint.ts'
import { emaWeights } from './ema.ts'
import type { CheckpointEvent, EndEvent, StepEvent, ValidationEvent } from './events.ts'
import { meanLoss } from './mean-loss.ts'
import type { Weights } from './model-weights.ts'
import { expectFinite, usingWeights } from './model-weights.ts'
import type { ReadTrainOptions } from './options.ts'
import type { Schedule } from './schedule.ts'
import { schedule } from './schedule.ts'
import type { Settings } from './settings.ts'
import { checkSettings, settingsOf } from './settings.ts'
import type { Updater } from './updater.ts'
import { createUpdater } from './updater.ts'

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
  private recent: readonly SavedWeights[] = []
  private averaged: Weights | undefined
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
    return this.validateWith(this.parts.options.ema && (await this.weights()))
  }

  private async validateWith(other?: Weights): Promise<ValidationEvent> {
    const { seq2seq, options, validation } = this.parts
    const { step } = this
    const measure = options.validation?.measure
    const [loss, metric] = await usingWeights(seq2seq, other, async () => {
      const mean = await meanLoss(seq2seq, validation!, options.batch.lengthMultiple)
      if (!Number.isFinite(mean)) throw new NonFiniteError({ step, tensor: 'validation loss' })
      return [mean, measure ? await measure(seq2seq) : mean] as const
    })
    if (!Number.isFinite(metric)) {
      const problem = `it gave ${metric} at step ${step}, which is not a finite number`
      throw new OptionError({ option: 'validation.measure', problem })
    }
    const isBest = this.best === undefined || metric < this.best.metric
    if (isBest) this.best = { metric, step, weights: other ?? (await seq2seq.weights()) }
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
    const { store } = options.checkpoint!
    const folder = await freeFolder(store, step)
    // One out of turn, at an abort or the end, is none that an uninterrupted run would have.
    if (options.average && this.isDue(options.checkpoint!)) {
      this.recent = [...this.recent, { step, folder }].slice(-options.average.last)
    }
    const progress: Progress = {
      step,
      data,
      worse,
      schedule: this.schedule.state(),
      ...(options.average ? { recent: this.recent } : {}),
    }
    await saveCheckpoint(store, folder, {
      progress: best ? { ...progress, best: { metric: best.metric, step: best.step } } : progress,
      settings,
      weights,
      optimizer,
      ...(best ? { best: best.weights } : {}),
    })
    await saveModel(seq2seq, store, best?.weights ?? (options.ema ? await this.weights() : weights))
    return { type: 'checkpoint', step }
  }

  /** Averages the last checkpoints, of which the weights of now are the newest; validates where it can. */
  async average(): Promise<ValidationEvent | undefined> {
    const { seq2seq, options, validation } = this.parts
    const { store } = options.checkpoint!
    const before = this.recent.filter(({ step }) => step < this.step).slice(1 - options.average!.last)
    const weights: Weights[] = []
    for (const saved of before) weights.push(await loadWeights(store, saved))
    this.averaged = averageWeights([...weights, await seq2seq.weights()])
    return validation && this.validateWith(this.averaged)
  }

  /** Saves the model that the run ends with, where there is a store. */
  async saveLast(): Promise<void> {
    const { seq2seq, options } = this.parts
    const weights = this.best?.weights ?? this.averaged
    if (options.checkpoint && weights) await saveModel(seq2seq, options.checkpoint.store, weights)
  }

  /** Gives the model the weights of the best validation, else the average where there is one. */
  async end(reason: EndEvent['reason']): Promise<EndEvent> {
    const { seq2seq, options } = this.parts
    if (this.best) this.weightsOfStep = this.best.step
    const last = this.best?.weights ?? this.averaged ?? (options.ema && (await this.weights()))
    if (last) seq2seq.setWeights(last)
    return { type: 'end', step: this.step, reason, weightsOfStep: this.weightsOfStep }
  }

  /** Gives back the memory that training alone needs. */
  dispose(): void {
    this.updater.dispose()
    busy.delete(this.parts.seq2seq.session)
  }

  /** The weights that the run would end with now: the moving average, where there is one. */
  private weights(): Promise<Weights> {
    const { seq2seq, options } = this.parts
    return options.ema ? emaWeights(seq2seq) : seq2seq.weights()
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
    this.recent = progress.recent ?? []
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
  expectReadable(seq2seq.model, examples)
  if (validation) expectReadable(seq2seq.model, validation)
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
