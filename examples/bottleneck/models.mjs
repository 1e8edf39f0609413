// Three models with about as many parameters each; `countParameters` says how many.

const encoder = { type: 'rnn', cell: 'gru', embeddingSize: 32, bidirectional: true }
const decoder = { type: 'rnn', cell: 'gru', embeddingSize: 32, bridge: 'dense' }
const transformer = {
  type: 'transformer',
  modelSize: 64,
  layers: 2,
  heads: 4,
  feedForwardSize: 192,
  normPlacement: 'pre',
  dropout: 0.1,
}

/** By the name that the plot shows. */
export const models = {
  /** Cho et al. 2014: all that the decoder knows of the source is one vector, fed at every step. */
  'context vector': {
    version: 1,
    encoder: { ...encoder, hiddenSize: 80 },
    decoder: { ...decoder, hiddenSize: 128, context: 'every-step' },
  },
  /** Luong et al. 2015: at each step it looks at every state of the encoder. */
  attention: {
    version: 1,
    encoder: { ...encoder, hiddenSize: 80 },
    decoder: {
      ...decoder,
      hiddenSize: 128,
      attention: { score: 'general' },
      output: { from: ['state', 'context'], combine: 128 },
    },
  },
  /** Vaswani et al. 2017: attention alone, in the encoder too. */
  Transformer: { version: 1, encoder: transformer, decoder: transformer },
}
