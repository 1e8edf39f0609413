import type { HostArray, Model } from '@dragoman/core'
import { createModel, initialValue } from '@dragoman/core'
import type { TrainingWorkload } from './names.ts'
import { randomIds } from './random-ids.ts'
import { type TransformerSizes, transformers } from './transformer-sizes.ts'

/** Sizes that every peer uses: batch, source and target length, vocabulary, width; layers of the recurrent nets. */
export const sizes = { batch: 32, source: 24, target: 24, vocabulary: 4000, width: 256, layers: 2 } as const

/** The configuration of both sides of a Transformer, and what it has in common. */
export function transformerConfig(shape: TransformerSizes): Readonly<Record<string, unknown>> {
  const stack = {
    type: 'transformer',
    modelSize: shape.width,
    layers: shape.layers,
    heads: shape.heads,
    feedForwardSize: shape.inner,
    activation: shape.activation,
    normPlacement: 'post',
    dropout: 0,
  }
  return { version: 1, ...(shape.tied ? { tiedEmbeddings: 'all' } : {}), encoder: stack, decoder: stack }
}

/** A recurrent encoder–decoder, whose final states start the decoder; Luong's general attention with an LSTM. */
export function recurrentConfig(
  cell: 'lstm' | 'gru',
  { width, layers }: { readonly width: number; readonly layers: number },
): Readonly<Record<string, unknown>> {
  const stack = { type: 'rnn', cell, embeddingSize: width, hiddenSize: width, layers }
  const attention = {
    attention: { score: 'general' },
    output: { from: ['context', 'state'], combine: width },
  }
  return { version: 1, encoder: stack, decoder: { ...stack, ...(cell === 'lstm' ? attention : {}) } }
}

const vocabularies = { sourceVocabularySize: sizes.vocabulary, targetVocabularySize: sizes.vocabulary }

/**
 * `TT`: Transformer of 3+3 layers; `TR`: 2+2-layer LSTM with Luong's general attention; `TG`: 2+2-layer GRU
 * without attention.
 */
export const trainingModels: Readonly<Record<TrainingWorkload, () => Model>> = {
  TT: () => createModel({ ...vocabularies, ...transformerConfig(transformers.DS) }),
  TR: () => createModel({ ...vocabularies, ...recurrentConfig('lstm', sizes) }),
  TG: () => createModel({ ...vocabularies, ...recurrentConfig('gru', sizes) }),
}

/** The weights with which a workload starts, by path: the same for every peer that takes them. */
export function initialWeights(model: Model): Map<string, HostArray> {
  return new Map(model.parameters.map((parameter) => [parameter.path, initialValue(parameter, 1)]))
}

/** Sizes of a batch. */
export type BatchSizes = Readonly<Record<'batch' | 'source' | 'target' | 'vocabulary', number>>

/** A random batch of full length for the training graphs. */
export function randomBatch(of: BatchSizes = sizes): Record<string, HostArray> {
  const ids = (name: string, length: number): HostArray => ({
    kind: 'int',
    shape: [of.batch, length],
    data: randomIds(name, of.batch * length, of.vocabulary),
  })
  const lengths = (length: number): HostArray => ({
    kind: 'int',
    shape: [of.batch],
    data: new Int32Array(of.batch).fill(length),
  })
  return {
    source: ids('source', of.source),
    sourceLengths: lengths(of.source),
    targetInput: ids('targetInput', of.target),
    targetOutput: ids('targetOutput', of.target),
    targetLengths: lengths(of.target),
    randomKey: { kind: 'int', shape: [3], data: Int32Array.of(1, 0, 1) },
  }
}
