import type { DecoderConfig, EncoderConfig, ModelConfig } from '@dragoman/core'

const cellNames: Readonly<Record<EncoderConfig['cell'], string>> = {
  elman: 'Elman (tanh)',
  'elman-relu': 'Elman (ReLU)',
  lstm: 'LSTM',
  gru: 'GRU',
  'gru-reset-before': 'GRU (reset before)',
}

/** An architecture in two lines, for people. */
export function describeArchitecture({ encoder, decoder }: ModelConfig): string[] {
  const direction = encoder.bidirectional ? 'bidirectional ' : ''
  return [
    `encoder     ${[direction + stackOf(encoder), dropoutOf(encoder)].filter(Boolean).join(', ')}`,
    `decoder     ${[stackOf(decoder), contextOf(decoder), `bridge ${decoder.bridge}`, dropoutOf(decoder)].filter(Boolean).join(', ')}`,
  ]
}

function stackOf({ cell, layers, hiddenSize, embeddingSize }: EncoderConfig | DecoderConfig): string {
  const size = `${layers} layer${layers === 1 ? '' : 's'} of ${hiddenSize}`
  return `${cellNames[cell]}, ${size}, embeddings of ${embeddingSize}`
}

function dropoutOf({ dropout, variational }: EncoderConfig | DecoderConfig): string {
  return dropout > 0 ? `${variational ? 'variational ' : ''}dropout ${dropout}` : ''
}

function contextOf({ context, attention }: DecoderConfig): string {
  if (context === 'initial') return 'context in its first state'
  if (!attention) return 'context at every step'
  const extras = [attention.inputFeeding && 'input feeding', attention.coverage && 'coverage'].filter(Boolean)
  return [`${attention.score} attention of the ${attention.query} state`, ...extras].join(' with ')
}
