import { describe, expect, test } from 'vitest'
import { OptionError } from '../errors.ts'
import { memoryStore } from '../storage/index.ts'
import { pairs, smallModel, trainAll } from '../testing/small-model.ts'
import { adafactor } from './adafactor.ts'
import { adam, adamw } from './adam.ts'
import type { TrainOptions } from './options.ts'
import { readTrainOptions } from './read-options.ts'
import { sgd } from './sgd.ts'

const constant = { type: 'constant', learningRate: 1 }
const validation = { pairs }
const store = memoryStore()

// The option that the error names, and options that are wrong in it alone.
const wrong: [string, object][] = [
  ['epochs', {}],
  ['epochs', { epochs: 0 }],
  ['epochs', { epochs: 1.5 }],
  ['steps', { steps: -1 }],
  ['steps', { steps: '3' }],
  ['minutes', { minutes: 0 }],
  ['minutes', { minutes: Number.NaN }],
  ['minutes', { minutes: Number.POSITIVE_INFINITY }],
  ['epoch', { epoch: 1 }],
  ['batch', { epochs: 1, batch: 3 }],
  ['batch.length', { epochs: 1, batch: { length: 3 } }],
  ['batch.seed', { epochs: 1, batch: { seed: 3 } }],
  ['batch.sourceEos', { epochs: 1, batch: { sourceEos: false } }],
  ['batch.by', { epochs: 1, batch: { by: 'rows' } }],
  ['batch.size', { epochs: 1, batch: { size: 0 } }],
  ['batch.shuffle', { epochs: 1, batch: { shuffle: 'no' } }],
  ['batch.bucket', { epochs: 1, batch: { bucket: 1 } }],
  ['batch.pool', { epochs: 1, batch: { pool: 0 } }],
  ['batch.pool', { epochs: 1, batch: { bucket: false, pool: 5 } }],
  ['batch.lengthMultiple', { epochs: 1, batch: { lengthMultiple: 0 } }],
  ['accumulate', { epochs: 1, accumulate: 0 }],
  ['optimizer', { epochs: 1, optimizer: 'adam' }],
  ['schedule.type', { epochs: 1, schedule: { type: 'step', learningRate: 1 } }],
  ['schedule.type', { epochs: 1, schedule: 3 }],
  ['schedule.rate', { epochs: 1, schedule: { ...constant, rate: 1 } }],
  ['schedule.learningRate', { epochs: 1, schedule: { type: 'constant' } }],
  ['schedule.learningRate', { epochs: 1, schedule: { type: 'constant', learningRate: -1 } }],
  ['schedule.warmupSteps', { epochs: 1, schedule: { ...constant, warmupSteps: 0.5 } }],
  ['schedule.warmupSteps', { epochs: 1, schedule: { type: 'noam', modelSize: 4 } }],
  ['schedule.modelSize', { epochs: 1, schedule: { type: 'noam', warmupSteps: 4 } }],
  [
    'schedule.learningRate',
    { epochs: 1, schedule: { type: 'noam', modelSize: 4, warmupSteps: 4, learningRate: 1 } },
  ],
  ['schedule.factor', { epochs: 1, schedule: { type: 'noam', modelSize: 4, warmupSteps: 4, factor: -1 } }],
  [
    'schedule.warmupSteps',
    { epochs: 1, schedule: { type: 'inverse-square-root', learningRate: 1, warmupSteps: 0 } },
  ],
  ['schedule.totalSteps', { epochs: 1, schedule: { type: 'cosine', learningRate: 1 } }],
  [
    'schedule.totalSteps',
    { epochs: 1, schedule: { type: 'cosine', learningRate: 1, totalSteps: 5, warmupSteps: 5 } },
  ],
  [
    'schedule.minimum',
    { epochs: 1, schedule: { type: 'cosine', learningRate: 1, totalSteps: 5, minimum: -1 } },
  ],
  ['schedule', { epochs: 1, schedule: { type: 'plateau', learningRate: 1 } }],
  ['schedule.factor', { epochs: 1, validation, schedule: { type: 'plateau', learningRate: 1, factor: 1 } }],
  [
    'schedule.patience',
    { epochs: 1, validation, schedule: { type: 'plateau', learningRate: 1, patience: -1 } },
  ],
  [
    'schedule.threshold',
    { epochs: 1, validation, schedule: { type: 'plateau', learningRate: 1, threshold: 1 } },
  ],
  ['clipNorm', { epochs: 1, clipNorm: -1 }],
  ['clipNorm', { epochs: 1, clipNorm: Number.POSITIVE_INFINITY }],
  ['clipValue', { epochs: 1, clipValue: Number.NaN }],
  ['labelSmoothing', { epochs: 1, labelSmoothing: 1 }],
  ['scheduledSampling.type', { epochs: 1, scheduledSampling: { type: 'cosine', k: 1 } }],
  ['scheduledSampling.k', { epochs: 1, scheduledSampling: { type: 'constant' } }],
  ['scheduledSampling.k', { epochs: 1, scheduledSampling: { type: 'constant', k: 1.1 } }],
  ['scheduledSampling.c', { epochs: 1, scheduledSampling: { type: 'constant', k: 1, c: 1 } }],
  ['scheduledSampling.c', { epochs: 1, scheduledSampling: { type: 'linear', k: 1 } }],
  ['scheduledSampling.minimum', { epochs: 1, scheduledSampling: { type: 'linear', c: 1, minimum: 2 } }],
  ['scheduledSampling.k', { epochs: 1, scheduledSampling: { type: 'exponential', k: 1 } }],
  ['scheduledSampling.k', { epochs: 1, scheduledSampling: { type: 'inverse-sigmoid', k: 0.5 } }],
  ['rDrop', { epochs: 1, rDrop: 5 }],
  ['rDrop.alpha', { epochs: 1, rDrop: { weight: 1, alpha: 5 } }],
  ['rDrop.weight', { epochs: 1, rDrop: {} }],
  ['rDrop.weight', { epochs: 1, rDrop: { weight: 0 } }],
  ['rDrop', { epochs: 1, rDrop: { weight: 1 }, scheduledSampling: { type: 'constant', k: 0.5 } }],
  ['ema', { epochs: 1, ema: 0.99 }],
  ['ema.rate', { epochs: 1, ema: { decay: 0.9, rate: 1 } }],
  ['ema.decay', { epochs: 1, ema: {} }],
  ['ema.decay', { epochs: 1, ema: { decay: 1 } }],
  ['average', { epochs: 1, average: { last: 5 } }],
  ['average.last', { epochs: 1, average: { last: 1 }, checkpoint: { store } }],
  ['average.first', { epochs: 1, average: { last: 2, first: 1 }, checkpoint: { store } }],
  ['average', { epochs: 1, average: { last: 2 }, ema: { decay: 0.9 }, checkpoint: { store } }],
  ['validation', { epochs: 1, validation: pairs[0]!.source }],
  ['validation.pairs', { epochs: 1, validation: {} }],
  ['validation.pairs', { epochs: 1, validation: { pairs: [] } }],
  ['validation.every', { epochs: 1, validation: { pairs, every: 3 } }],
  ['validation.everySteps', { epochs: 1, validation: { pairs, everySteps: 0 } }],
  ['validation.patience', { epochs: 1, validation: { pairs, patience: 0 } }],
  ['validation.measure', { epochs: 1, validation: { pairs, measure: 'loss' } }],
  ['checkpoint.store', { epochs: 1, checkpoint: {} }],
  ['checkpoint.keep', { epochs: 1, checkpoint: { store, keep: 3 } }],
  ['checkpoint.everySteps', { epochs: 1, checkpoint: { store, everySteps: 0 } }],
  ['resume', { epochs: 1, resume: true }],
  ['resume', { epochs: 1, resume: 'yes', checkpoint: { store } }],
  ['seed', { epochs: 1, seed: -1 }],
  ['seed', { epochs: 1, seed: 2 ** 53 }],
  ['signal', { epochs: 1, signal: new AbortController() }],
  ['clock', { epochs: 1, clock: 7 }],
]

describe('an option that is wrong is refused by name', () => {
  test.each(wrong)('%s in %o', (option, options) => {
    let caught: unknown
    try {
      readTrainOptions(options as TrainOptions)
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(OptionError)
    expect((caught as OptionError).option).toBe(option)
  })

  test.each<[string, () => unknown]>([
    ['beta1', () => adam({ beta1: 1 })],
    ['beta2', () => adamw({ beta2: -0.1 })],
    ['epsilon', () => adam({ epsilon: 0 })],
    ['weightDecay', () => adamw({ weightDecay: -1 })],
    ['adamw.decay', () => adamw({ decay: 1 } as object)],
    ['momentum', () => sgd({ momentum: 1 })],
    ['momentum', () => sgd({ nesterov: true })],
    ['nesterov', () => sgd({ momentum: 0.5, nesterov: 1 as unknown as boolean })],
    ['sgd.momentun', () => sgd({ momentun: 0.9 } as object)],
    ['beta2Decay', () => adafactor({ beta2Decay: 0.8 })],
    ['epsilon1', () => adafactor({ epsilon1: 0 })],
    ['epsilon2', () => adafactor({ epsilon2: -1 })],
    ['clip', () => adafactor({ clip: 0 })],
    ['adafactor.beta1', () => adafactor({ beta1: 0.9 } as object)],
  ])('%s of an optimizer', (option, make) => {
    expect(make).toThrow(OptionError)
    expect(make).toThrow(new RegExp(`^${option.replace('.', '\\.')}: `))
  })
})

test('what train is given goes through these checks, before it takes any memory', async () => {
  const seq2seq = smallModel()
  const live = seq2seq.session.backend.live()
  await expect(trainAll(seq2seq, { epochs: -1 })).rejects.toThrow(OptionError)
  expect(seq2seq.session.backend.live()).toEqual(live)
})

test('an option that is undefined is one that is not given', () => {
  const { clock: _, optimizer: __, ...defaults } = readTrainOptions({ epochs: 1 })
  const {
    clock: ___,
    optimizer,
    ...read
  } = readTrainOptions({
    epochs: 1,
    steps: undefined,
    batch: { size: undefined },
    clipNorm: undefined,
    optimizer: undefined,
    schedule: undefined,
    seed: undefined,
    resume: undefined,
  })
  expect(read).toEqual(defaults)
  expect(optimizer.config.name).toBe('adam')
})
