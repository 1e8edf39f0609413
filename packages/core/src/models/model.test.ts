import { describe, expect, test } from 'vitest'
import { countParameters, createModel } from './model.ts'

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
]

describe('parameter counts', () => {
  test.each(published)('$name has the published $total', ({ config, total }) => {
    expect(countParameters(createModel(config).parameters).total).toBe(total)
  })
})
