import { createModel, type HostArray, type Model, RandomStream, siteOf } from '@dragoman/core'

/** Sizes that every peer uses: batch, source and target length, vocabulary, width, layers. */
export const sizes = { batch: 32, source: 24, target: 24, vocabulary: 4000, width: 256, layers: 2 } as const

const stack = {
  type: 'rnn',
  embeddingSize: sizes.width,
  hiddenSize: sizes.width,
  layers: sizes.layers,
} as const
const vocabularies = {
  version: 1,
  sourceVocabularySize: sizes.vocabulary,
  targetVocabularySize: sizes.vocabulary,
} as const

/** `TR`: 2+2-layer LSTM with Luong's general attention; `TG`: 2+2-layer GRU without attention. */
export const trainingModels: Readonly<Record<'TR' | 'TG', () => Model>> = {
  TR: () =>
    createModel({
      ...vocabularies,
      encoder: { ...stack, cell: 'lstm' },
      decoder: {
        ...stack,
        cell: 'lstm',
        attention: { score: 'general' },
        output: { from: ['context', 'state'], combine: sizes.width },
      },
    }),
  TG: () =>
    createModel({ ...vocabularies, encoder: { ...stack, cell: 'gru' }, decoder: { ...stack, cell: 'gru' } }),
}

/** A random batch of full length for the training graphs. */
export function randomBatch(): Record<string, HostArray> {
  const { batch, source, target, vocabulary } = sizes
  const ids = (name: string, length: number): HostArray => {
    const draws = new RandomStream(1).words(new Uint32Array(batch * length), { step: 0, site: siteOf(name) })
    return {
      kind: 'int',
      shape: [batch, length],
      data: Int32Array.from(draws, (x) => 4 + (x % (vocabulary - 4))),
    }
  }
  const lengths = (length: number): HostArray => ({
    kind: 'int',
    shape: [batch],
    data: new Int32Array(batch).fill(length),
  })
  return {
    source: ids('source', source),
    sourceLengths: lengths(source),
    targetInput: ids('targetInput', target),
    targetOutput: ids('targetOutput', target),
    targetLengths: lengths(target),
    randomKey: { kind: 'int', shape: [3], data: Int32Array.of(1, 0, 1) },
  }
}
