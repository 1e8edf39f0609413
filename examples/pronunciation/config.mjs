const layer = { type: 'rnn', cell: 'gru', embeddingSize: 64, hiddenSize: 128, dropout: 0.1 }
/**
 * A bidirectional encoder reads the letters; a decoder writes the phonemes and looks back at the letters with
 * attention (Luong et al. 2015).
 */
export const config = {
  version: 1,
  encoder: { ...layer, bidirectional: true },
  decoder: {
    ...layer,
    bridge: 'dense',
    attention: { score: 'general' },
    output: { from: ['state', 'context'], combine: 128 },
  },
}
