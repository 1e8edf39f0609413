export const architectureNames = ['context', 'attention', 'transformer', 'rnn-transformer'] as const
export type ArchitectureName = (typeof architectureNames)[number]

const encoder = { type: 'rnn', cell: 'gru', embeddingSize: 32, hiddenSize: 64, bidirectional: true }
const decoder = { type: 'rnn', cell: 'gru', embeddingSize: 32, hiddenSize: 96, bridge: 'dense' }
const stack = {
  type: 'transformer',
  modelSize: 64,
  layers: 2,
  heads: 4,
  feedForwardSize: 128,
  normPlacement: 'pre',
}

/** The configurations that the page offers, without vocabulary sizes: the tokenizers have them. */
export const architectures: Readonly<Record<ArchitectureName, object>> = {
  /** All that the decoder knows of the source is one vector. Cho et al. 2014. */
  context: { version: 1, encoder, decoder: { ...decoder, context: 'every-step' } },
  /** Each step looks at every state of the encoder. Luong et al. 2015. */
  attention: {
    version: 1,
    encoder,
    decoder: {
      ...decoder,
      attention: { score: 'general' },
      output: { from: ['state', 'context'], combine: 96 },
    },
  },
  /** Attention alone. Vaswani et al. 2017. */
  transformer: { version: 1, encoder: stack, decoder: stack },
  /** A mixture: a recurrent encoder, a Transformer as decoder. */
  'rnn-transformer': { version: 1, encoder, decoder: stack },
}
