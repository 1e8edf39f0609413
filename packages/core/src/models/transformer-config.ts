import type { Activation, FeedForwardOptions } from '../nn/feed-forward.ts'
import type { MultiHeadAttentionOptions } from '../nn/multi-head-attention.ts'
import type { NormType } from '../nn/normalization.ts'
import type { PositionsConfig } from '../nn/positions.ts'
import type { NormPlacement, ResidualOptions } from '../nn/residual.ts'
import type { SourceConfig } from './config.ts'

/** What the layers of a Transformer are made of: the same fields for encoder and decoder. */
export interface TransformerStackConfig {
  /** d_model: features of every state. */
  readonly modelSize: number
  readonly layers: number
  /** A divisor of `modelSize`. */
  readonly heads: number
  /** Heads of keys and values, a divisor of `heads`; fewer than `heads` are shared by groups. */
  readonly keyHeads: number
  /** d_ff: inner units of the feed-forward nets. */
  readonly feedForwardSize: number
  readonly activation: Activation
  readonly norm: NormType
  readonly normPlacement: NormPlacement
  /** A normalization after the last layer: by default with `pre` only. */
  readonly finalNorm: boolean
  readonly positions: PositionsConfig
  /** Whether embeddings are multiplied by √modelSize. */
  readonly scaleEmbedding: boolean
  /** Whether projections and feed-forward nets have biases. */
  readonly bias: boolean
  /** Rate on embeddings with their positions, and on what each sub-layer adds. */
  readonly dropout: number
  /** Rate on attention weights. */
  readonly attentionDropout: number
  /** Rate on the inner units of the feed-forward nets. */
  readonly activationDropout: number
}

/** Layers of self-attention that read the source. */
export interface TransformerEncoderConfig extends TransformerStackConfig {
  readonly type: 'transformer'
  /** Token ids where it is left out. */
  readonly input?: SourceConfig
}

/** Layers of self-attention, attention at the source, and a feed-forward net that write the target. */
export interface TransformerDecoderConfig extends TransformerStackConfig {
  readonly type: 'transformer'
  /** How a token hears of those before it: by attention, or by a simpler simple recurrent unit. */
  readonly selfAttention: 'attention' | 'ssru'
  readonly outputBias: boolean
}

/** Options of an attention of this stack; what it looks at is `memorySize` wide. */
export function attentionOptions(
  config: TransformerStackConfig,
  memorySize: number = config.modelSize,
): MultiHeadAttentionOptions {
  const { modelSize: size, heads, keyHeads, bias, attentionDropout: dropout } = config
  return { size, memorySize, heads, keyHeads, bias, dropout }
}

/** Options of a feed-forward net of this stack. */
export function feedForwardOptions(config: TransformerStackConfig): FeedForwardOptions {
  const { modelSize: size, feedForwardSize: innerSize, activation, bias, activationDropout: dropout } = config
  return { size, innerSize, activation, bias, dropout }
}

/** Options of add & normalise in this stack. */
export function residualOptions(config: TransformerStackConfig): ResidualOptions {
  const { modelSize: size, norm, normPlacement: placement, dropout } = config
  return { size, norm, placement, dropout }
}
