import {
  ConfigError,
  FormatError,
  type GenerationConfig,
  type SamplingConfig,
  type ScheduleConfig,
  SPLITTER_TYPES,
  type TokenizerOptions,
  type TrainOptions,
} from '@dragoman/core'
import {
  byType,
  fields,
  flag,
  listOf,
  number,
  oneOf,
  pairOf,
  type Reader,
  withRequired,
} from './config-reader.ts'
import {
  type OptimizerConfig,
  type TrainingConfigFile,
  type TrainingSettings,
  trainingConfigVersion,
} from './training-config.ts'

type ScheduleOf<T extends ScheduleConfig['type']> = Extract<ScheduleConfig, { type: T }>
type SamplingOf<T extends SamplingConfig['type']> = Extract<SamplingConfig, { type: T }>
type OptimizerOf<T extends OptimizerConfig['type']> = Extract<OptimizerConfig, { type: T }>

const schedule = byType<ScheduleConfig>({
  constant: withRequired(
    fields<ScheduleOf<'constant'>>({ type: oneOf('constant'), learningRate: number, warmupSteps: number }),
    'learningRate',
  ),
  noam: withRequired(
    fields<ScheduleOf<'noam'>>({
      type: oneOf('noam'),
      modelSize: number,
      warmupSteps: number,
      factor: number,
    }),
    'modelSize',
    'warmupSteps',
  ),
  'inverse-square-root': withRequired(
    fields<ScheduleOf<'inverse-square-root'>>({
      type: oneOf('inverse-square-root'),
      learningRate: number,
      warmupSteps: number,
    }),
    'learningRate',
    'warmupSteps',
  ),
  cosine: withRequired(
    fields<ScheduleOf<'cosine'>>({
      type: oneOf('cosine'),
      learningRate: number,
      totalSteps: number,
      warmupSteps: number,
      minimum: number,
    }),
    'learningRate',
    'totalSteps',
  ),
  plateau: withRequired(
    fields<ScheduleOf<'plateau'>>({
      type: oneOf('plateau'),
      learningRate: number,
      factor: number,
      patience: number,
      threshold: number,
      minimum: number,
      warmupSteps: number,
    }),
    'learningRate',
  ),
})

const scheduledSampling = byType<SamplingConfig>({
  constant: withRequired(fields<SamplingOf<'constant'>>({ type: oneOf('constant'), k: number }), 'k'),
  linear: withRequired(
    fields<SamplingOf<'linear'>>({ type: oneOf('linear'), k: number, c: number, minimum: number }),
    'c',
  ),
  exponential: withRequired(
    fields<SamplingOf<'exponential'>>({ type: oneOf('exponential'), k: number }),
    'k',
  ),
  'inverse-sigmoid': withRequired(
    fields<SamplingOf<'inverse-sigmoid'>>({ type: oneOf('inverse-sigmoid'), k: number }),
    'k',
  ),
})

const moments = { beta1: number, beta2: number, epsilon: number, weightDecay: number }

const optimizer = byType<OptimizerConfig>({
  adam: fields<OptimizerOf<'adam'>>({ type: oneOf('adam'), ...moments }),
  adamw: fields<OptimizerOf<'adamw'>>({ type: oneOf('adamw'), ...moments }),
  sgd: fields<OptimizerOf<'sgd'>>({
    type: oneOf('sgd'),
    momentum: number,
    nesterov: flag,
    weightDecay: number,
  }),
  adafactor: fields<OptimizerOf<'adafactor'>>({
    type: oneOf('adafactor'),
    beta2Decay: number,
    epsilon1: number,
    epsilon2: number,
    clip: number,
    weightDecay: number,
  }),
})

const training = fields<TrainingSettings>({
  epochs: number,
  steps: number,
  minutes: number,
  seed: number,
  batch: fields<NonNullable<TrainOptions['batch']>>({
    by: oneOf('count', 'tokens'),
    size: number,
    shuffle: flag,
    bucket: flag,
    pool: number,
    lengthMultiple: number,
  }),
  accumulate: number,
  optimizer,
  schedule,
  clipNorm: number,
  clipValue: number,
  labelSmoothing: number,
  scheduledSampling,
  rDrop: withRequired(fields<NonNullable<TrainOptions['rDrop']>>({ weight: number }), 'weight'),
  ema: withRequired(fields<NonNullable<TrainOptions['ema']>>({ decay: number }), 'decay'),
  average: withRequired(fields<NonNullable<TrainOptions['average']>>({ last: number }), 'last'),
  validation: fields<NonNullable<TrainingSettings['validation']>>({ everySteps: number, patience: number }),
  checkpoint: fields<NonNullable<TrainingSettings['checkpoint']>>({ everySteps: number }),
})

const tokenizer = fields<Partial<TokenizerOptions>>({
  type: oneOf(...SPLITTER_TYPES),
  normalization: oneOf('NFC', 'none'),
  lowercase: flag,
  minFrequency: number,
  maxSize: number,
})

const token: Reader<string | number> = (value, path) => {
  if (typeof value === 'string' || typeof value === 'number') return value
  throw new ConfigError({
    path,
    problem: `${JSON.stringify(value)} is not allowed here`,
    allowed: ['a token', 'an id'],
  })
}

const generation = fields<GenerationConfig>({
  beams: number,
  nbest: number,
  lengthPenalty: number,
  lengthPenaltyKind: oneOf('average', 'wu'),
  coveragePenalty: number,
  earlyStopping: (value, path) => (value === 'never' ? value : flag(value, path)),
  patience: number,
  beamGroups: number,
  diversityPenalty: number,
  sample: flag,
  temperature: number,
  topK: number,
  topP: number,
  minP: number,
  typicalP: number,
  seed: number,
  minLength: number,
  maxLength: number,
  repetitionPenalty: number,
  noRepeatNgramSize: number,
  forcedFirst: token,
  forcedLast: token,
  suppressTokens: listOf(token),
  tokenBias: listOf(pairOf(token, number)),
  replaceUnknown: flag,
})

/** Fields of a model are checked when the model is made. */
const model: Reader<Readonly<Record<string, unknown>>> = (value, path) => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new ConfigError({ path, problem: 'is not an object', allowed: ['version, encoder and decoder'] })
}

const version: Reader<typeof trainingConfigVersion> = (value, path) => {
  if (value === trainingConfigVersion) return trainingConfigVersion
  throw new ConfigError({
    path,
    problem: `version ${JSON.stringify(value)} is not known`,
    allowed: [`${trainingConfigVersion}`],
  })
}

const file = withRequired(
  fields<TrainingConfigFile>({
    version,
    model,
    tokenizers: fields<NonNullable<TrainingConfigFile['tokenizers']>>({
      source: tokenizer,
      target: tokenizer,
    }),
    training,
    generation,
  }),
  'version',
)

/**
 * Reads the text of a training configuration.
 *
 * @throws FormatError when it is not JSON; ConfigError with the path of what is unknown, missing or wrong.
 */
export function readTrainingConfig(text: string): TrainingConfigFile {
  return file(parseJson(text), '')
}

/** The model configuration in a text that is one, or that is a training configuration with a model. */
export function readModelJson(text: string): unknown {
  const json = parseJson(text)
  const isTraining = typeof json === 'object' && json !== null && 'model' in json
  return isTraining ? file(json, '').model : json
}

/** Parses JSON. Throws FormatError. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw new FormatError({ format: 'JSON', problem, cause })
  }
}
