import type { BatchPlanOptions, Pair } from '../data/index.ts'
import { OptionError } from '../errors.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import type { FileStore } from '../storage/index.ts'
import { adam } from './adam.ts'
import { checkCount, checkNumber } from './check.ts'
import type { Optimizer } from './optimizer.ts'
import type { ScheduleConfig } from './schedule.ts'
import type { SamplingConfig } from './scheduled-sampling.ts'

/** How a run is checked against pairs that it does not train on. */
export interface ValidationOptions {
  readonly pairs: readonly Pair[]
  /** After how many steps; at the end of each epoch by default. */
  readonly everySteps?: number
  /**
   * What to watch, the smaller the better, e.g. an error rate of decoded text. By default the loss:
   * nats per real target token, without dropout and smoothing.
   */
  readonly measure?: (seq2seq: Seq2Seq) => Promise<number>
  /** Stop after this many validations in a row that were no better than the best. Never by default. */
  readonly patience?: number
}

/** Where and when a run saves what it needs to go on. */
export interface CheckpointOptions {
  readonly store: FileStore
  /** After how many steps; at the end of each epoch by default. The end of the run saves in any case. */
  readonly everySteps?: number
}

/** How a model is trained. At least one of `epochs`, `steps` and `minutes` says when to stop. */
export interface TrainOptions {
  /** Passes over the pairs. */
  readonly epochs?: number
  /** Updates of the weights, those before a resume included. */
  readonly steps?: number
  /** Minutes of this call; the step under way is finished. */
  readonly minutes?: number
  /** Batches of examples or of padded tokens. Default: 64 examples, lengths rounded up to multiples of 4. */
  readonly batch?: Partial<
    Pick<BatchPlanOptions, 'by' | 'size' | 'shuffle' | 'bucket' | 'pool' | 'lengthMultiple'>
  >
  /** Batches of one update. Default 1. */
  readonly accumulate?: number
  /** Default: Adam. */
  readonly optimizer?: Optimizer
  /** Default: a constant 0.001. */
  readonly schedule?: ScheduleConfig
  /** Limit of the global norm of the gradients. Default 1; 0 for none. */
  readonly clipNorm?: number
  /** Limit of each element of a gradient. Default 0: none. */
  readonly clipValue?: number
  /** ε of the cross-entropy, from 0 to below 1. Default 0. */
  readonly labelSmoothing?: number
  /** Feed the model's own predictions now and then. By default the truth always. */
  readonly scheduledSampling?: SamplingConfig
  readonly validation?: ValidationOptions
  readonly checkpoint?: CheckpointOptions
  /** Go on from the checkpoint in the store, if there is one. Default false. */
  readonly resume?: boolean
  /** Of data order and dropout. Default 0. */
  readonly seed?: number
  /** Finishes the step under way, saves a checkpoint, and ends. */
  readonly signal?: AbortSignal
  /** Milliseconds; for times and speeds only. */
  readonly clock?: () => number
}

/** Options with every default filled in. */
export interface ReadTrainOptions extends TrainOptions {
  readonly batch: Required<NonNullable<TrainOptions['batch']>>
  readonly accumulate: number
  readonly optimizer: Optimizer
  readonly schedule: ScheduleConfig
  readonly clipNorm: number
  readonly clipValue: number
  readonly labelSmoothing: number
  readonly resume: boolean
  readonly seed: number
  readonly clock: () => number
}

const known: ReadonlySet<string> = new Set<keyof TrainOptions>([
  'epochs',
  'steps',
  'minutes',
  'batch',
  'accumulate',
  'optimizer',
  'schedule',
  'clipNorm',
  'clipValue',
  'labelSmoothing',
  'scheduledSampling',
  'validation',
  'checkpoint',
  'resume',
  'seed',
  'signal',
  'clock',
])

/** Checks the options and fills in defaults. Throws OptionError. */
export function readTrainOptions(options: TrainOptions): ReadTrainOptions {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw new OptionError({
        option: name,
        problem: 'there is no such option',
        hint: `known: ${[...known].join(', ')}`,
      })
    }
  }
  const { epochs, steps, minutes, validation, checkpoint } = options
  if (epochs === undefined && steps === undefined && minutes === undefined) {
    throw new OptionError({
      option: 'epochs',
      problem: 'nothing says when to stop',
      hint: 'give epochs, steps or minutes',
    })
  }
  if (epochs !== undefined) checkCount('epochs', epochs, 1)
  if (steps !== undefined) checkCount('steps', steps, 1)
  if (minutes !== undefined) checkNumber('minutes', minutes, Number.MIN_VALUE, Infinity)
  if (validation) checkValidation(validation)
  if (checkpoint?.everySteps !== undefined) checkCount('checkpoint.everySteps', checkpoint.everySteps, 1)
  if (options.resume && !checkpoint) {
    throw new OptionError({
      option: 'resume',
      problem: 'there is no store to go on from',
      hint: 'give checkpoint.store',
    })
  }
  if (options.schedule?.type === 'plateau' && !validation) {
    throw new OptionError({
      option: 'schedule',
      problem: 'a plateau is one of the validation metric, but there is no validation',
      hint: 'give validation.pairs',
    })
  }
  const read: ReadTrainOptions = {
    accumulate: 1,
    optimizer: adam(),
    schedule: { type: 'constant', learningRate: 1e-3 },
    clipNorm: 1,
    clipValue: 0,
    labelSmoothing: 0,
    resume: false,
    seed: 0,
    clock: () => performance.now(),
    ...options,
    batch: {
      by: 'count',
      size: 64,
      shuffle: true,
      bucket: true,
      pool: 100,
      lengthMultiple: 4,
      ...options.batch,
    },
  }
  checkCount('accumulate', read.accumulate, 1)
  checkNumber('clipNorm', read.clipNorm, 0, Infinity)
  checkNumber('clipValue', read.clipValue, 0, Infinity)
  checkNumber('labelSmoothing', read.labelSmoothing, 0, 1)
  checkCount('seed', read.seed, 0)
  return read
}

function checkValidation({ pairs, everySteps, patience }: ValidationOptions): void {
  if (pairs.length === 0) throw new OptionError({ option: 'validation.pairs', problem: 'there are none' })
  if (everySteps !== undefined) checkCount('validation.everySteps', everySteps, 1)
  if (patience !== undefined) checkCount('validation.patience', patience, 1)
}
