import type { DecodingGroup } from './names.ts'

/** What a Transformer of the benchmark is made of; post-norm, sinusoidal positions, biases everywhere. */
export interface TransformerSizes {
  readonly vocabulary: number
  /** Features of every state. */
  readonly width: number
  /** Layers of the encoder, and of the decoder. */
  readonly layers: number
  readonly heads: number
  /** Inner units of the feed-forward nets. */
  readonly inner: number
  readonly activation: 'relu' | 'silu'
  /** Whether one table is the embedding of both sides and the output layer. */
  readonly tied: boolean
}

/** `TT` trains the small one and `DS` decodes with it; `DM` is Marian's size, as OPUS-MT's models are. */
export const transformers: Readonly<Record<DecodingGroup, TransformerSizes>> = {
  DS: { vocabulary: 4000, width: 256, layers: 3, heads: 4, inner: 1024, activation: 'relu', tied: false },
  DM: { vocabulary: 58101, width: 512, layers: 6, heads: 8, inner: 2048, activation: 'silu', tied: true },
}
