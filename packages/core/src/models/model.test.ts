import { describe, expect, test } from 'vitest'
import { countParameters, createModel } from './model.ts'
import { preset } from './presets.ts'

const vocabularies = { version: 1, sourceVocabularySize: 7853, targetVocabularySize: 5893 }

/** Counts of the models of bentrevett/pytorch-seq2seq (chapters 1 to 3), recomputed by hand. */
const published = [
  {
    name: 'LSTM, 2 layers, started from the encoder',
    total: 13_898_501,
    config: {
      ...vocabularies,
      encoder: { type: 'rnn', cell: 'lstm', embeddingSize: 256, hiddenSize: 512, layers: 2 },
      decoder: { type: 'rnn', cell: 'lstm', embeddingSize: 256, hiddenSize: 512, layers: 2 },
    },
  },
  {
    name: 'GRU with the context at every step',
    total: 14_219_781,
    config: {
      ...vocabularies,
      encoder: { type: 'rnn', cell: 'gru', embeddingSize: 256, hiddenSize: 512 },
      decoder: {
        type: 'rnn',
        cell: 'gru',
        embeddingSize: 256,
        hiddenSize: 512,
        context: 'every-step',
        output: { from: ['embedding', 'state', 'context'] },
      },
    },
  },
  {
    name: 'bidirectional GRU with additive attention',
    total: 20_518_405,
    config: {
      ...vocabularies,
      encoder: { type: 'rnn', cell: 'gru', embeddingSize: 256, hiddenSize: 512, bidirectional: true },
      decoder: {
        type: 'rnn',
        cell: 'gru',
        embeddingSize: 256,
        hiddenSize: 512,
        bridge: 'dense',
        attention: { score: 'additive', size: 512, query: 'previous' },
        output: { from: ['state', 'context', 'embedding'] },
      },
    },
  },
  // Chapter 6 of the same.
  {
    name: 'Transformer of 3 + 3 layers',
    total: 9_038_341,
    config: { ...vocabularies, ...preset('multi30k-transformer') },
  },
  // Vaswani et al. 2017, table 3, rounds these to 65M and 213M; with a vocabulary of 37,000 shared three
  // ways it is V d + 6 (4 (d² + d) + 2 d f + f + d + 4 d) + 6 (8 (d² + d) + 2 d f + f + d + 6 d).
  {
    name: 'Transformer base',
    total: 63_082_496,
    config: { ...preset('transformer-base'), sourceVocabularySize: 37000, targetVocabularySize: 37000 },
  },
  {
    name: 'Transformer big',
    total: 214_245_376,
    config: { ...preset('transformer-big'), sourceVocabularySize: 37000, targetVocabularySize: 37000 },
  },
]

describe('parameter counts', () => {
  test.each([
    ['multi30k-lstm', 0],
    ['multi30k-gru', 1],
    ['multi30k-attention', 2],
  ])('the preset %s is the model of that chapter', (name, chapter) => {
    const { parameters } = createModel({ ...vocabularies, ...preset(name) })
    expect(countParameters(parameters).total).toBe(published[chapter]!.total)
  })

  test.each(published)('$name has the published $total', ({ config, total }) => {
    expect(countParameters(createModel(config).parameters).total).toBe(total)
  })
})
