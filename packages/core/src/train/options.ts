import type { BatchPlanOptions, Pair } from '../data/index.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import type { FileStore } from '../storage/index.ts'
import type { AverageOptions } from './average.ts'
import type { EmaOptions } from './ema.ts'
import type { Optimizer } from './optimizer.ts'
import type { RDropOptions } from './r-drop.ts'
import type { ScheduleConfig } from './schedule.ts'
import type { SamplingConfig } from './scheduled-sampling.ts'

/** How a run is checked against pairs that it does not train on. */
export interface ValidationOptions {
  readonly pairs: readonly Pair[]
  /** After how many steps; at the end of each epoch by default. */
  readonly everySteps?: number | undefined
  /**
   * What to watch, the smaller the better, e.g. an error rate of decoded text. By default the loss:
   * nats per real target token, without dropout and smoothing.
   */
  readonly measure?: ((seq2seq: Seq2Seq) => Promise<number>) | undefined
  /** Stop after this many validations in a row that were no better than the best. Never by default. */
  readonly patience?: number | undefined
}

/** Where and when a run saves what it needs to go on. */
export interface CheckpointOptions {
  readonly store: FileStore
  /** After how many steps; at the end of each epoch by default. The end of the run saves in any case. */
  readonly everySteps?: number | undefined
}

/** The options of a batch plan that are a run's to choose. */
export type ReadBatchOptions = Required<
  Pick<BatchPlanOptions, 'by' | 'size' | 'shuffle' | 'bucket' | 'pool' | 'lengthMultiple'>
>

/** How a model is trained. At least one of `epochs`, `steps` and `minutes` says when to stop. */
export interface TrainOptions {
  /** Passes over the pairs. */
  readonly epochs?: number | undefined
  /** Updates of the weights, those before a resume included. */
  readonly steps?: number | undefined
  /** Minutes of this call; the step under way is finished. */
  readonly minutes?: number | undefined
  /** Batches of examples or of padded tokens. Default: 64 examples, lengths rounded up to multiples of 4. */
  readonly batch?:
    | { readonly [Name in keyof ReadBatchOptions]?: ReadBatchOptions[Name] | undefined }
    | undefined
  /** Batches of one update. Default 1. */
  readonly accumulate?: number | undefined
  /** Default: Adam. */
  readonly optimizer?: Optimizer | undefined
  /** Default: a constant 0.001. */
  readonly schedule?: ScheduleConfig | undefined
  /** Limit of the global norm of the gradients. Default 1; 0 for none. */
  readonly clipNorm?: number | undefined
  /** Limit of each element of a gradient. Default 0: none. */
  readonly clipValue?: number | undefined
  /** ε of the cross-entropy, from 0 to below 1. Default 0. */
  readonly labelSmoothing?: number | undefined
  /** Feed the model's own predictions now and then. By default the truth always. */
  readonly scheduledSampling?: SamplingConfig | undefined
  /** Two passes with different dropout masks that must agree: R-Drop. The model must have dropout. */
  readonly rDrop?: RDropOptions | undefined
  /** A moving average of the weights, which validation, the saved model and the end of the run take. */
  readonly ema?: EmaOptions | undefined
  /**
   * At the end, unless aborted, the mean of the last checkpoints' weights: those saved every so many
   * steps and at the end. With validation it is validated too, and kept if it is the best.
   */
  readonly average?: AverageOptions | undefined
  readonly validation?: ValidationOptions | undefined
  readonly checkpoint?: CheckpointOptions | undefined
  /** Go on from the checkpoint in the store, if there is one. Default false. */
  readonly resume?: boolean | undefined
  /** Of data order and dropout. Default 0. */
  readonly seed?: number | undefined
  /** Finishes the step under way, saves a checkpoint, and ends. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds; for times and speeds only. */
  readonly clock?: (() => number) | undefined
}

/** Options with every default filled in. */
export interface ReadTrainOptions extends TrainOptions {
  readonly batch: ReadBatchOptions
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
