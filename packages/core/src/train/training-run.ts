import type { HostArray } from '../backend/contract.ts'
import type { SessionProgram } from '../backend/session.ts'
import type { Batch, BatchState, Example, Pair, PlannedBatch } from '../data/index.ts'
import { BatchPlan, collate, encodePairs } from '../data/index.ts'
import { saveModel } from '../models/model-folder.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { siteOf } from '../random/index.ts'
import { batchArrays } from './batch-arrays.ts'
import type { Checkpoint } from './checkpoint.ts'
import { checkSettings, loadCheckpoint, saveCheckpoint } from './checkpoint.ts'
import type { CheckpointEvent, EndEvent, StepEvent, ValidationEvent } from './events.ts'
import { lossGraph } from './loss.ts'
import { numbers } from './numbers.ts'
import type { ReadTrainOptions } from './options.ts'
import type { Schedule } from './schedule.ts'
import { schedule } from './schedule.ts'
import type { Updater } from './updater.ts'
import { createUpdater } from './updater.ts'

type Weights = ReadonlyMap<string, HostArray>

/** A run under way: what it has done, and the parts of the loop. {@link train} is the loop itself. */
export class TrainingRun {
  private readonly seq2seq: Seq2Seq
  private readonly options: ReadTrainOptions
  private readonly examples: readonly Example[]
  private readonly plan: BatchPlan
  private readonly updater: Updater
  private readonly schedule: Schedule
  private readonly settings: Readonly<Record<string, unknown>>
  private readonly startedAt: number
  private step = 0
  private data: BatchState = { epoch: 0, position: 0 }
  private batches: Iterator<PlannedBatch>
  private best: { readonly metric: number; readonly step: number; readonly weights: Weights } | undefined
  private worse = 0
  private weightsOfStep = 0

  private constructor(
    seq2seq: Seq2Seq,
    options: ReadTrainOptions,
    examples: readonly Example[],
    updater: Updater,
  ) {
    this.seq2seq = seq2seq
    this.options = options
    this.examples = examples
    this.updater = updater
    this.plan = new BatchPlan(examples, { ...options.batch, seed: options.seed })
    this.batches = this.plan.from(this.data)[Symbol.iterator]()
    this.schedule = schedule(options.schedule)
    this.settings = settingsOf(options, examples)
    this.startedAt = options.clock()
  }

  /** Compiles what is needed, and goes on from a checkpoint where that is asked for. */
  static async start(
    seq2seq: Seq2Seq,
    pairs: readonly Pair[],
    options: ReadTrainOptions,
  ): Promise<TrainingRun> {
    const examples = encodePairs(pairs, seq2seq.tokenizers)
    const updater = await createUpdater(seq2seq, options)
    const run = new TrainingRun(seq2seq, options, examples, updater)
    try {
      const saved = options.resume ? await loadCheckpoint(options.checkpoint!.store) : undefined
      if (saved) run.restore(saved)
      return run
    } catch (error) {
      updater.dispose()
      throw error
    }
  }

  /** Why the run is over; undefined while it goes on. */
  endReason(): EndEvent['reason'] | undefined {
    const { signal, epochs, steps, minutes, validation, clock } = this.options
    if (signal?.aborted) return 'aborted'
    if (epochs !== undefined && this.data.epoch >= epochs) return 'epochs'
    if (steps !== undefined && this.step >= steps) return 'steps'
    if (minutes !== undefined && clock() - this.startedAt >= minutes * 60_000) return 'minutes'
    if (validation?.patience !== undefined && this.worse >= validation.patience) return 'patience'
    return undefined
  }

  /** One update of the weights. */
  async update(): Promise<StepEvent> {
    const { accumulate, clock } = this.options
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
      epochProgress: next.epoch > epoch ? 1 : next.position / this.plan.batches(epoch).length,
      loss,
      learningRate,
      gradientNorm,
      tokens,
      tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
    }
  }

  /** Whether a step ended with what happens every so many steps, or at the end of each epoch. */
  isDue({ everySteps }: { readonly everySteps?: number } = {}): boolean {
    return everySteps === undefined ? this.data.position === 0 : this.step % everySteps === 0
  }

  /** Looks at the validation pairs, and keeps the weights when they are the best so far. */
  async validate(): Promise<ValidationEvent> {
    const { pairs, measure } = this.options.validation!
    const loss = await this.lossOf(encodePairs(pairs, this.seq2seq.tokenizers))
    const metric = measure ? await measure(this.seq2seq) : loss
    const isBest = this.best === undefined || metric < this.best.metric
    if (isBest) this.best = { metric, step: this.step, weights: await this.seq2seq.weights() }
    this.worse = isBest ? 0 : this.worse + 1
    this.schedule.observe(metric)
    return { type: 'validation', step: this.step, loss, metric, isBest }
  }

  /** Saves the run, and the model that it would end with now. */
  async checkpoint(): Promise<CheckpointEvent> {
    const { store } = this.options.checkpoint!
    const { step, data, worse, best, settings } = this
    const optimizer = new Map<string, HostArray>()
    for (const name of this.updater.memory) optimizer.set(name, await this.seq2seq.session.get(name))
    const weights = await this.seq2seq.weights()
    const progress = { step, data, worse, schedule: this.schedule.state() }
    await saveCheckpoint(
      store,
      best
        ? {
            progress: { ...progress, best: { metric: best.metric, step: best.step } },
            settings,
            weights,
            optimizer,
            best: best.weights,
          }
        : { progress, settings, weights, optimizer },
    )
    await saveModel(this.seq2seq, store, best?.weights ?? weights)
    return { type: 'checkpoint', step }
  }

  /** Gives the model the weights of the best validation. */
  end(reason: EndEvent['reason']): EndEvent {
    if (this.best) {
      this.seq2seq.setWeights(this.best.weights)
      this.weightsOfStep = this.best.step
    }
    return { type: 'end', step: this.step, reason, weightsOfStep: this.weightsOfStep }
  }

  /** Gives back the memory that training alone needs. */
  dispose(): void {
    this.updater.dispose()
  }

  private restore({ progress, settings, weights, optimizer, best }: Checkpoint): void {
    checkSettings(settings, this.settings)
    this.seq2seq.setWeights(weights)
    for (const [name, array] of optimizer) this.seq2seq.session.set(name, array)
    this.step = progress.step
    this.weightsOfStep = progress.step
    this.data = progress.data
    this.batches = this.plan.from(progress.data)[Symbol.iterator]()
    this.worse = progress.worse
    this.schedule.restore(progress.schedule)
    if (progress.best && best) this.best = { ...progress.best, weights: best }
  }

  private collate(indices: Uint32Array): Batch {
    const { lengthMultiple } = this.options.batch
    return collate(
      Array.from(indices, (index) => this.examples[index]!),
      { lengthMultiple },
    )
  }

  /** Nats per real target token over examples, in batches of like lengths. */
  private async lossOf(examples: readonly Example[]): Promise<number> {
    const program: SessionProgram = await this.seq2seq.session.compile(lossGraph(this.seq2seq.model))
    const { lengthMultiple } = this.options.batch
    const plan = new BatchPlan(examples, { by: 'count', size: 64, seed: 0, shuffle: false, lengthMultiple })
    let [sum, count] = [0, 0]
    for (const indices of plan.batches(0)) {
      const rows = Array.from(indices, (index) => examples[index]!)
      const { lossSum, tokens } = await numbers(program, batchArrays(collate(rows, { lengthMultiple })))
      sum += lossSum!
      count += tokens!
    }
    return sum / count
  }
}

/** What must be the same for a saved run to go on to the bit. */
function settingsOf(
  options: ReadTrainOptions,
  examples: readonly Example[],
): Readonly<Record<string, unknown>> {
  const { seed, batch, accumulate, optimizer, labelSmoothing, clipNorm, clipValue } = options
  let data = siteOf(`${examples.length}`)
  for (const { source, target } of examples) data = siteOf(`${data} ${source.join()} ${target.join()}`)
  return {
    seed,
    batch,
    accumulate,
    optimizer: optimizer.config,
    labelSmoothing,
    clipNorm,
    clipValue,
    schedule: options.schedule,
    scheduledSampling: options.scheduledSampling ?? null,
    data,
  }
}
