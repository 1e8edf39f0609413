import { configVersion, type ScheduleConfig } from '@dragoman/core'

export const modelKinds = ['rnn-attention', 'rnn'] as const
export type ModelKind = (typeof modelKinds)[number]

export const cells = ['gru', 'lstm', 'elman'] as const
export type Cell = (typeof cells)[number]

const hiddenSize = 128
const embeddingSize = 64
const dropout = 0.1

/**
 * A small model that trains in minutes on two cores: a bidirectional encoder, and a decoder that either
 * looks back at all of its states (`rnn-attention`: Luong et al. 2015, arXiv:1508.04025, general score)
 * or gets the context vector at every step (`rnn`: Cho et al. 2014, arXiv:1406.1078).
 */
export function modelPreset(kind: ModelKind, cell: Cell): Readonly<Record<string, unknown>> {
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

/** Adam's learning rate: halved when the validation loss stops falling, where there is validation. */
export function schedulePreset(hasValidation: boolean): ScheduleConfig {
  const rate = { learningRate: 2e-3, warmupSteps: 100 }
  return hasValidation
    ? { type: 'plateau', ...rate, factor: 0.5, patience: 1, minimum: 1e-4 }
    : { type: 'constant', ...rate }
}

/** Passes over the pairs when nothing says when to stop. */
export const defaultEpochs = 10
