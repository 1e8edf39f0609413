import type { Backend, HostArray, Model, Seq2Seq, Tokenizer } from '@dragoman/core'
import {
  buildTokenizer,
  createModel,
  createSeq2Seq,
  EOS_ID,
  initialValue,
  RandomStream,
  siteOf,
} from '@dragoman/core'

/** Sizes that every peer uses: batch, source and target length, vocabulary, width; layers of the recurrent nets. */
export const sizes = { batch: 32, source: 24, target: 24, vocabulary: 4000, width: 256, layers: 2 } as const

/** Layers, heads and inner units of the Transformer, and tokens that `DS` writes. */
export const transformerSizes = { layers: 3, heads: 4, inner: 1024, steps: 32 } as const

const recurrent = {
  type: 'rnn',
  embeddingSize: sizes.width,
  hiddenSize: sizes.width,
  layers: sizes.layers,
} as const
const transformer = {
  type: 'transformer',
  modelSize: sizes.width,
  layers: transformerSizes.layers,
  heads: transformerSizes.heads,
  feedForwardSize: transformerSizes.inner,
  normPlacement: 'post',
  dropout: 0,
} as const
const vocabularies = {
  version: 1,
  sourceVocabularySize: sizes.vocabulary,
  targetVocabularySize: sizes.vocabulary,
} as const

/** A workload that trains. */
export type TrainingWorkload = 'TT' | 'TR' | 'TG'

/**
 * `TT`: Transformer of 3+3 layers; `TR`: 2+2-layer LSTM with Luong's general attention; `TG`: 2+2-layer GRU
 * without attention.
 */
export const trainingModels: Readonly<Record<TrainingWorkload, () => Model>> = {
  TT: () => createModel({ ...vocabularies, encoder: transformer, decoder: transformer }),
  TR: () =>
    createModel({
      ...vocabularies,
      encoder: { ...recurrent, cell: 'lstm' },
      decoder: {
        ...recurrent,
        cell: 'lstm',
        attention: { score: 'general' },
        output: { from: ['context', 'state'], combine: sizes.width },
      },
    }),
  TG: () =>
    createModel({
      ...vocabularies,
      encoder: { ...recurrent, cell: 'gru' },
      decoder: { ...recurrent, cell: 'gru' },
    }),
}

/** The weights with which a workload starts, by path: the same for every peer that takes them. */
export function initialWeights(model: Model): Map<string, HostArray> {
  return new Map(model.parameters.map((parameter) => [parameter.path, initialValue(parameter, 1)]))
}

/** A random batch of full length for the training graphs. */
export function randomBatch(): Record<string, HostArray> {
  const { batch, source, target } = sizes
  const ids = (name: string, length: number): HostArray => ({
    kind: 'int',
    shape: [batch, length],
    data: randomIds(name, batch * length),
  })
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

/** Ids of words, none of them special. */
function randomIds(name: string, count: number): Int32Array {
  const draws = new RandomStream(1).words(new Uint32Array(count), { step: 0, site: siteOf(name) })
  return Int32Array.from(draws, (x) => 4 + (x % (sizes.vocabulary - 4)))
}

/** The tokenizer of `DS`: made-up words. */
export function decodingTokenizer(): Tokenizer {
  const words = Array.from({ length: sizes.vocabulary - 4 }, (_, i) => `w${i}`)
  return buildTokenizer(words, { type: 'space' })
}

/** What `DS` decodes with: the model and the weights that `TT` starts with. */
export function decodingModel(backend: Backend): Seq2Seq {
  const tokenizer = decodingTokenizer()
  const config = { version: 1, encoder: transformer, decoder: transformer }
  return createSeq2Seq({ config, tokenizers: { source: tokenizer, target: tokenizer }, backend }, { seed: 1 })
}

/** Sources of `DS`; with the end, which is added to each, they have 24 tokens. */
export function decodingSources(count: number): string[] {
  const length = sizes.source - 1
  const ids = randomIds('source', count * length)
  return Array.from({ length: count }, (_, row) =>
    Array.from(ids.subarray(row * length, (row + 1) * length), (id) => `w${id - 4}`).join(' '),
  )
}

/** The same as ids, one row after another, each with its end. */
export function decodingSourceIds(count: number): Int32Array {
  const tokenizer = decodingTokenizer()
  return Int32Array.from(decodingSources(count).flatMap((text) => [...tokenizer.encode(text), EOS_ID]))
}

/** Every target of `DS` has the same length: the end is suppressed until the last token. */
export const decodingOptions: Readonly<Record<'minLength' | 'maxLength', number>> = {
  minLength: transformerSizes.steps - 1,
  maxLength: transformerSizes.steps,
}
