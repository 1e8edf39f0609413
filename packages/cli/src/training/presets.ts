import { configVersion, type ScheduleConfig } from '@dragoman/core'
import type { TrainingSettings } from './training-config.ts'

export const modelKinds = ['rnn-attention', 'rnn', 'transformer'] as const
export type ModelKind = (typeof modelKinds)[number]

export const cells = ['gru', 'lstm', 'elman'] as const
export type Cell = (typeof cells)[number]

const hiddenSize = 128
const embeddingSize = 64
const dropout = 0.1

const transformer = {
  type: 'transformer',
  modelSize: hiddenSize,
  layers: 2,
  heads: 4,
  feedForwardSize: 4 * hiddenSize,
  normPlacement: 'pre',
  dropout,
} as const

/** Parsed JSON of a `ModelConfig` without vocabulary sizes. */
export type ModelJson = Readonly<Record<string, unknown>>

/**
 * A small model that trains in minutes on two cores: a bidirectional encoder, and a decoder that either
 * looks back at all of its states (`rnn-attention`: Luong et al. 2015, arXiv:1508.04025, general score)
 * or gets the context vector at every step (`rnn`: Cho et al. 2014, arXiv:1406.1078); or a Transformer
 * with normalization before each sub-layer, which trains at once at a high rate (`transformer`: Vaswani
 * et al. 2017, arXiv:1706.03762; Xiong et al. 2020, arXiv:2002.04745).
 */
export function modelPreset(kind: ModelKind, cell: Cell): ModelJson {
  if (kind === 'transformer') return { version: configVersion, encoder: transformer, decoder: transformer }
  const layer = { type: 'rnn', cell, embeddingSize, hiddenSize, layers: 1, dropout }
  const look =
    kind === 'rnn-attention'
      ? {
          context: 'attention',
          attention: { score: 'general', query: 'current' },
          output: { from: ['state', 'context'], combine: hiddenSize },
        }
      : { context: 'every-step', output: { from: ['state', 'context', 'embedding'] } }
  return {
    version: configVersion,
    encoder: { ...layer, bidirectional: true },
    decoder: { ...layer, bridge: 'dense', ...look },
  }
}

/**
 * How a model is trained where nothing is said. An RNN: Adam's rate is halved when the validation loss
 * stops falling, where there is validation. A Transformer: as in the paper, with warm-up, then a rate that
 * falls with √step, β₂ 0.98 and label smoothing 0.1; from `modelSize` 512 with the paper's own rate
 * (Noam with 4,000 steps of warm-up), a smaller one with less warm-up and a higher rate.
 */
export function trainingPreset(model: ModelJson, hasValidation: boolean): TrainingSettings {
  const size = transformerSize(model)
  if (size === undefined) return { schedule: rnnSchedule(hasValidation) }
  const warmupSteps = size < paperSize ? 400 : 4000
  const learningRate = size < paperSize ? 2e-3 : (size * warmupSteps) ** -0.5
  return {
    optimizer: { type: 'adam', beta2: 0.98, epsilon: 1e-9 },
    schedule: { type: 'inverse-square-root', learningRate, warmupSteps },
    labelSmoothing: 0.1,
  }
}

const paperSize = 512

/** `modelSize` of the Transformer in a model, be it the encoder or the decoder; none in one of RNNs alone. */
function transformerSize({ encoder, decoder }: ModelJson): number | undefined {
  const parts = [encoder, decoder] as (Readonly<Record<string, unknown>> | undefined)[]
  const size = parts.find((part) => part?.type === 'transformer')?.modelSize
  return typeof size === 'number' ? size : undefined
}

function rnnSchedule(hasValidation: boolean): ScheduleConfig {
  const rate = { learningRate: 2e-3, warmupSteps: 100 }
  return hasValidation
    ? { type: 'plateau', ...rate, factor: 0.5, patience: 1, minimum: 1e-4 }
    : { type: 'constant', ...rate }
}

/** Passes over the pairs when nothing says when to stop. */
export const defaultEpochs = 10
