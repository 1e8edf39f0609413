import type { DecoderConfig, EncoderConfig } from './config.ts'

/** Features of the vectors that an encoder reads. */
export function sourceSize(encoder: EncoderConfig): number {
  return encoder.type === 'rnn' ? encoder.embeddingSize : encoder.modelSize
}

/** Features of a memory entry. */
export function memorySize(encoder: EncoderConfig): number {
  if (encoder.type === 'transformer') return encoder.modelSize
  return encoder.hiddenSize * (encoder.bidirectional ? 2 : 1)
}

/** Features of the vectors of target tokens. */
export function targetSize(decoder: DecoderConfig): number {
  return decoder.type === 'rnn' ? decoder.embeddingSize : decoder.modelSize
}

/** Features of what the output layer sees. */
export function outputSize(encoder: EncoderConfig, decoder: DecoderConfig): number {
  if (decoder.type === 'transformer') return decoder.modelSize
  const { from, combine } = decoder.output
  const widths = {
    state: decoder.hiddenSize,
    context: memorySize(encoder),
    embedding: decoder.embeddingSize,
  }
  const seen = from.filter((part) => combine === 0 || part === 'embedding')
  return seen.reduce((sum, part) => sum + widths[part], combine)
}
