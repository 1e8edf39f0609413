import type { Backend, HostArray, Pair, Seq2Seq } from '@dragoman/core'
import { buildTokenizer, createSeq2Seq, initialValue } from '@dragoman/core'

/** Words and the same words backwards. */
export const pairs: readonly Pair[] = [
  'ab',
  'ba',
  'abc',
  'cab',
  'bca',
  'cc',
  'a',
  'bb',
  'abcd',
  'dcab',
  'add',
  'bad',
].map((source) => ({ source, target: [...source].reverse().join('') }))

const rnn = { type: 'rnn', embeddingSize: 6, hiddenSize: 6 }
const stack = { type: 'transformer', modelSize: 8, layers: 1, heads: 2, feedForwardSize: 12 }
const modern = {
  ...stack,
  positions: { type: 'rotary' },
  norm: 'rms',
  normPlacement: 'pre',
  activation: 'swiglu',
  keyHeads: 1,
}

interface Sides {
  readonly encoder: object
  readonly decoder: object
}

/** A small model of each family. */
export type SmallModelName =
  | 'LSTM with attention'
  | 'GRU without attention'
  | 'Transformer'
  | 'Transformer of today'
  | 'Transformer, SSRU decoder'
  | 'LSTM encoder, Transformer decoder'

const smallModels: Readonly<Record<SmallModelName, Sides>> = {
  'LSTM with attention': {
    encoder: { ...rnn, cell: 'lstm', hiddenSize: 3, bidirectional: true },
    decoder: {
      ...rnn,
      cell: 'lstm',
      attention: { score: 'general', query: 'current', inputFeeding: true },
      output: { from: ['state', 'context'] },
    },
  },
  'GRU without attention': {
    encoder: { ...rnn, cell: 'gru', layers: 2 },
    decoder: {
      ...rnn,
      cell: 'gru',
      layers: 2,
      context: 'every-step',
      output: { from: ['embedding', 'state', 'context'] },
    },
  },
  Transformer: { encoder: stack, decoder: stack },
  'Transformer of today': { encoder: modern, decoder: modern },
  'Transformer, SSRU decoder': { encoder: stack, decoder: { ...stack, selfAttention: 'ssru' } },
  'LSTM encoder, Transformer decoder': {
    encoder: { ...rnn, cell: 'lstm', bidirectional: true },
    decoder: { ...stack, positions: { type: 'relative', buckets: 4, maxDistance: 8 } },
  },
}

/** The names, in the order above. */
export const smallModelNames: readonly SmallModelName[] = Object.keys(smallModels) as SmallModelName[]

export interface SmallModelOptions {
  readonly seed?: number
  readonly dropout?: number
}

/** A model for {@link pairs}, its weights drawn from a seed. */
export function smallModel(
  name: SmallModelName,
  backend: Backend,
  { seed = 1, dropout = 0 }: SmallModelOptions = {},
): Seq2Seq {
  const { encoder, decoder } = smallModels[name]
  const tokenizer = buildTokenizer(
    pairs.map(({ source }) => source),
    { type: 'char' },
  )
  const config = { version: 1, encoder: { ...encoder, dropout }, decoder: { ...decoder, dropout } }
  return createSeq2Seq({ config, tokenizers: { source: tokenizer, target: tokenizer }, backend }, { seed })
}

/** Seeds and scales of weights with which each model writes targets that differ, and ends most of them. */
const decided: Readonly<Record<SmallModelName, { readonly seed: number; readonly scale: number }>> = {
  'LSTM with attention': { seed: 45, scale: 4 },
  'GRU without attention': { seed: 36, scale: 4 },
  Transformer: { seed: 7, scale: 2 },
  'Transformer of today': { seed: 59, scale: 2 },
  'Transformer, SSRU decoder': { seed: 56, scale: 2 },
  'LSTM encoder, Transformer decoder': { seed: 22, scale: 2 },
}

/**
 * A model whose weights are so large that it is sure of what it writes: the same tokens win on every
 * engine that rounds as it should.
 */
export function decidedModel(name: SmallModelName, backend: Backend): Seq2Seq {
  const { seed, scale } = decided[name]
  const seq2seq = smallModel(name, backend)
  const weights = seq2seq.model.parameters.map((parameter): [string, HostArray] => {
    const { kind, shape, data } = initialValue(parameter, seed)
    return [parameter.path, { kind, shape, data: Float32Array.from(data, (x) => scale * x) }]
  })
  seq2seq.setWeights(new Map(weights))
  return seq2seq
}
