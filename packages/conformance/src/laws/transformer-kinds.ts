import type { PositionsConfig } from '@dragoman/core'

/** A kind of model with a Transformer on one side or on both: what its configuration fixes. */
export interface TransformerKind {
  readonly type: 'transformer'
  readonly name: string
  readonly encoder: object
  readonly decoder: object
  readonly hasAttention: true
  /** Whether its decoder reads one token after another, and so can be fed its own predictions. */
  readonly isRecurrent: boolean
  /** Sources are frames of so many numbers, so many to a memory entry; token ids where it is left out. */
  readonly frames?: { readonly features: number; readonly reduction: number }
}

/** Sizes of every stack here: two heads of four features. */
const sizes = { type: 'transformer', modelSize: 8, heads: 2, feedForwardSize: 6 } as const

const sinusoidal = { positions: { type: 'sinusoidal' } }

/** Every kind of positions, and with each another norm, activation and number of key heads. */
const stacks: readonly {
  readonly name: string
  readonly positions: PositionsConfig
  readonly rest: object
}[] = [
  { name: 'post-norm', positions: { type: 'sinusoidal' }, rest: { activation: 'relu' } },
  {
    name: 'pre-norm',
    positions: { type: 'learned', length: 12 },
    rest: { normPlacement: 'pre', activation: 'gelu' },
  },
  {
    name: 'pre-RMSNorm, SwiGLU, shared keys',
    positions: { type: 'rotary', base: 100 },
    rest: { normPlacement: 'pre', norm: 'rms', activation: 'swiglu', keyHeads: 1 },
  },
  {
    name: 'pre-RMSNorm, no biases',
    positions: { type: 'relative', buckets: 4, maxDistance: 5 },
    rest: { normPlacement: 'pre', norm: 'rms', activation: 'gelu-tanh', bias: false, scaleEmbedding: false },
  },
  {
    name: 'post-norm, SiLU, shared keys',
    positions: { type: 'alibi' },
    rest: { activation: 'silu', keyHeads: 1, finalNorm: true },
  },
  {
    name: 'pre-norm, GEGLU',
    positions: { type: 'none' },
    rest: { normPlacement: 'pre', activation: 'geglu', finalNorm: false },
  },
]

const both = stacks.map(({ name, positions, rest }) => {
  const stack = { ...sizes, positions, ...rest }
  return { name: `transformer, ${positions.type} positions, ${name}`, encoder: stack, decoder: stack }
})

const plain = { ...sizes, ...sinusoidal }
const ssru = { ...plain, selfAttention: 'ssru' }
const bidirectional = { type: 'rnn', cell: 'lstm', embeddingSize: 3, hiddenSize: 3, bidirectional: true }
const frames = { features: 3, reduction: 4 }
const speech = { ...plain, input: { type: 'frames', features: 3, kernel: 3, strides: [2, 2] } }

/** An RNN that looks at the states of a Transformer. */
function rnnDecoder(cell: string, attention: object): object {
  const output = { from: ['state', 'context'] }
  return { type: 'rnn', cell, embeddingSize: 3, hiddenSize: 4, bridge: 'dense', attention, output }
}

const bahdanau = rnnDecoder('gru', { score: 'additive', size: 3, query: 'previous' })
const luong = rnnDecoder('lstm', { score: 'general', query: 'current', inputFeeding: true })

const mixtures = [
  { name: 'transformer, SSRU in the decoder', encoder: plain, decoder: ssru },
  { name: 'LSTM encoder, transformer decoder', encoder: bidirectional, decoder: plain },
  { name: 'LSTM encoder, SSRU decoder', encoder: bidirectional, decoder: ssru },
  { name: 'transformer encoder, GRU decoder', encoder: plain, decoder: bahdanau, isRecurrent: true },
  { name: 'transformer encoder, LSTM decoder', encoder: plain, decoder: luong, isRecurrent: true },
  { name: 'speech, transformer', encoder: speech, decoder: plain, frames },
  {
    name: 'speech, LSTM encoder, GRU decoder',
    encoder: { ...bidirectional, input: speech.input },
    decoder: bahdanau,
    isRecurrent: true,
    frames,
  },
]

/** Transformers with every kind of positions, and every mixture of Transformers and RNNs. */
export const transformerKinds: readonly TransformerKind[] = [...both, ...mixtures].map((kind) => ({
  isRecurrent: false,
  ...kind,
  type: 'transformer',
  hasAttention: true,
}))
