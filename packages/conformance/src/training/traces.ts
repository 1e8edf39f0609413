import { adafactor, adam, adamw, reference, sgd } from '@dragoman/core'
import { floats } from '../array.ts'
import type { ConformanceCase, Tolerances } from '../case.ts'
import { conformanceCase } from '../case.ts'
import type { TrainingSetup, TrainingTrace } from './run.ts'
import { trace } from './run.ts'

/** Long runs are of one RNN and one Transformer; the others see whether each part of a step does its part. */
const [long, short] = [20, 6]
const batch = { size: 4 }
const rate = (learningRate: number) => ({ type: 'constant', learningRate }) as const

/** How small models are trained: each family, each optimizer, and whatever else changes a step. */
export const setups: Readonly<Record<string, TrainingSetup>> = {
  'LSTM with attention, Adam': {
    model: 'LSTM with attention',
    options: { steps: long, batch, optimizer: adam(), schedule: rate(0.01) },
  },
  'LSTM with attention, dropout, scheduled sampling': {
    model: 'LSTM with attention',
    dropout: 0.3,
    options: {
      steps: short,
      batch,
      schedule: rate(0.01),
      scheduledSampling: { type: 'exponential', k: 0.9 },
    },
  },
  'GRU without attention, momentum': {
    model: 'GRU without attention',
    options: { steps: short, batch, optimizer: sgd({ momentum: 0.9, nesterov: true }), schedule: rate(0.05) },
  },
  'GRU without attention, accumulated batches, moving average': {
    model: 'GRU without attention',
    dropout: 0.2,
    options: { steps: short, batch: { size: 2 }, accumulate: 2, ema: { decay: 0.8 }, schedule: rate(0.01) },
  },
  'Transformer, AdamW, dropout, label smoothing': {
    model: 'Transformer',
    dropout: 0.1,
    options: {
      steps: long,
      batch,
      optimizer: adamw({ weightDecay: 0.01 }),
      labelSmoothing: 0.1,
      schedule: { type: 'noam', modelSize: 8, warmupSteps: 10, factor: 0.3 },
    },
  },
  'Transformer of today, Adafactor': {
    model: 'Transformer of today',
    options: { steps: short, batch, optimizer: adafactor(), schedule: rate(0.01) },
  },
  'Transformer, R-Drop': {
    model: 'Transformer',
    dropout: 0.2,
    options: { steps: short, batch, rDrop: { weight: 2 }, schedule: rate(0.005) },
  },
  'Transformer, SSRU decoder, clipped': {
    model: 'Transformer, SSRU decoder',
    options: { steps: short, batch, clipNorm: 0.25, clipValue: 0.1, schedule: rate(0.01) },
  },
  'LSTM encoder, Transformer decoder, Adam': {
    model: 'LSTM encoder, Transformer decoder',
    dropout: 0.1,
    options: { steps: short, batch, schedule: rate(0.01) },
  },
}

/**
 * The stated drift: over 20 steps a loss moves by 1e-4 of itself at most. Each step rounds by some 1e-6 of
 * the largest gradient, and Adam divides small gradients by their own size, so that roundings of small
 * ones count fully; they add up over the steps.
 */
const lossDrift: Tolerances = { float64: { relative: 1e-9 }, float32: { relative: 1e-4 } }
const normDrift: Tolerances = {
  float64: { relative: 1e-8, absolute: 1e-10 },
  float32: { relative: 1e-3, absolute: 1e-5 },
}

const expected = new Map<string, Promise<TrainingTrace>>()

/** The run on the float64 reference, once for all backends. */
function expectedTrace(name: string, setup: TrainingSetup): Promise<TrainingTrace> {
  let found = expected.get(name)
  if (!found) {
    const backend = reference()
    found = trace(backend, setup).finally(() => backend.dispose())
    expected.set(name, found)
  }
  return found
}

/** Losses step by step, with the same dropout bits and the same data order, as on the float64 reference. */
export const traceCases: readonly ConformanceCase[] = Object.entries(setups).map(([name, setup]) =>
  conformanceCase('training', `losses are those of the reference: ${name}`, async (context) => {
    const want = await expectedTrace(name, setup)
    const got = await trace(context.backend, setup)
    const row = (values: readonly number[]) => floats([values.length], values)
    context.expectSame('real tokens of each step', String(got.tokens), String(want.tokens))
    context.expectClose({ losses: row(got.losses) }, { losses: row(want.losses) }, lossDrift)
    const norms = { 'gradient norms': row(want.gradientNorms) }
    context.expectClose({ 'gradient norms': row(got.gradientNorms) }, norms, normDrift)
  }),
)
