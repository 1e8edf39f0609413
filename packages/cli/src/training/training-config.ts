import type {
  AdafactorOptions,
  AdamOptions,
  GenerationConfig,
  SgdOptions,
  TokenizerOptions,
  TrainOptions,
} from '@dragoman/core'

/** Version of the training configuration that this package reads and writes. */
export const trainingConfigVersion = 1

/** An optimizer as data. */
export type OptimizerConfig =
  | ({ readonly type: 'adam' } & AdamOptions)
  | ({ readonly type: 'adamw' } & AdamOptions)
  | ({ readonly type: 'sgd' } & SgdOptions)
  | ({ readonly type: 'adafactor' } & AdafactorOptions)

type Plain =
  | 'accumulate'
  | 'average'
  | 'batch'
  | 'clipNorm'
  | 'clipValue'
  | 'ema'
  | 'epochs'
  | 'labelSmoothing'
  | 'minutes'
  | 'rDrop'
  | 'scheduledSampling'
  | 'schedule'
  | 'seed'
  | 'steps'

/** How a model is trained, as data: the options of core's `train` with their meaning and ranges. */
export interface TrainingSettings extends Pick<TrainOptions, Plain> {
  readonly optimizer?: OptimizerConfig
  readonly validation?: { readonly everySteps?: number; readonly patience?: number }
  readonly checkpoint?: { readonly everySteps?: number }
}

/** What `--config` may say; what it leaves out has a default. */
export interface TrainingConfigFile {
  readonly version: typeof trainingConfigVersion
  /** A `ModelConfig`; the vocabulary sizes may be left out, as the tokenizers decide them. */
  readonly model?: Readonly<Record<string, unknown>>
  readonly tokenizers?: {
    readonly source?: Partial<TokenizerOptions>
    readonly target?: Partial<TokenizerOptions>
  }
  readonly training?: TrainingSettings
  readonly generation?: GenerationConfig
}

/** A training run as it is carried out, and saved beside the model as `training_config.json`. */
export interface TrainingConfig {
  readonly version: typeof trainingConfigVersion
  readonly model: Readonly<Record<string, unknown>>
  readonly tokenizers: { readonly source: TokenizerOptions; readonly target: TokenizerOptions }
  readonly training: TrainingSettings
  readonly generation: GenerationConfig
}
