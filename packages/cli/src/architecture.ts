import type {
  DecoderConfig,
  EncoderConfig,
  ModelConfig,
  RnnDecoderConfig,
  RnnEncoderConfig,
  TransformerDecoderConfig,
  TransformerEncoderConfig,
} from '@dragoman/core'

const cellNames: Readonly<Record<RnnEncoderConfig['cell'], string>> = {
  elman: 'Elman (tanh)',
  'elman-relu': 'Elman (ReLU)',
  lstm: 'LSTM',
  gru: 'GRU',
  'gru-reset-before': 'GRU (reset before)',
}

/** An architecture in a few lines, for people. */
export function describeArchitecture({ encoder, decoder, tiedEmbeddings }: ModelConfig): string[] {
  const lines = [
    `encoder     ${joined([inputOf(encoder), ...partsOf(encoder)])}`,
    `decoder     ${joined(partsOf(decoder))}`,
  ]
  if (tiedEmbeddings === 'target') lines.push('embeddings  the decoder embedding is the output layer')
  if (tiedEmbeddings === 'all') lines.push('embeddings  one for encoder, decoder and output layer')
  return lines
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ')
}

function partsOf(config: EncoderConfig | DecoderConfig): string[] {
  if (config.type === 'transformer') return transformerParts(config)
  const direction = 'bidirectional' in config && config.bidirectional ? 'bidirectional ' : ''
  const parts = [direction + stackOf(config)]
  if ('context' in config) parts.push(contextOf(config), `bridge ${config.bridge}`)
  return [...parts, dropoutOf(config)]
}

function inputOf({ input }: EncoderConfig): string {
  if (input?.type !== 'frames') return ''
  return `frames of ${input.features} through convolutions of stride ${input.strides.join(' and ')}`
}

function layersOf(layers: number, size: number): string {
  return `${layers} layer${layers === 1 ? '' : 's'} of ${size}`
}

function stackOf({ cell, layers, hiddenSize, embeddingSize }: RnnEncoderConfig | RnnDecoderConfig): string {
  return `${cellNames[cell]}, ${layersOf(layers, hiddenSize)}, embeddings of ${embeddingSize}`
}

function dropoutOf({ dropout, variational }: RnnEncoderConfig | RnnDecoderConfig): string {
  return dropout > 0 ? `${variational ? 'variational ' : ''}dropout ${dropout}` : ''
}

function contextOf({ context, attention }: RnnDecoderConfig): string {
  if (context === 'initial') return 'context in its first state'
  if (!attention) return 'context at every step'
  const extras = [attention.inputFeeding && 'input feeding', attention.coverage && 'coverage'].filter(Boolean)
  return [`${attention.score} attention of the ${attention.query} state`, ...extras].join(' with ')
}

function transformerParts(config: TransformerEncoderConfig | TransformerDecoderConfig): string[] {
  const { heads, keyHeads, norm, normPlacement, feedForwardSize, activation, dropout } = config
  const shared = keyHeads < heads ? ` that share ${keyHeads} of keys` : ''
  return [
    `Transformer, ${layersOf(config.layers, config.modelSize)}`,
    'selfAttention' in config && config.selfAttention === 'ssru' ? 'SSRU in place of self-attention' : '',
    `${heads} heads${shared}`,
    `feed-forward ${feedForwardSize} (${activation})`,
    `${normPlacement}-norm (${norm === 'rms' ? 'RMSNorm' : 'LayerNorm'})`,
    `${config.positions.type === 'none' ? 'no' : config.positions.type} positions`,
    dropout > 0 ? `dropout ${dropout}` : '',
  ]
}
