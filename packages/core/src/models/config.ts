import type { AttentionScore } from '../nn/attention.ts'
import type { CellType } from '../nn/rnn-cell.ts'
import type { TransformerDecoderConfig, TransformerEncoderConfig } from './transformer-config.ts'

/** Version of the model configuration that this package reads and writes. */
export const configVersion = 1

/** Token ids, each with a vector of its own. */
export interface TokensConfig {
  readonly type: 'tokens'
}

/** Frames of numbers, such as log-mel energies of speech, through strided convolutions. */
export interface FramesConfig {
  readonly type: 'frames'
  /** Numbers in a frame. */
  readonly features: number
  /** Frames that a convolution sees at once; odd. */
  readonly kernel: number
  /** The stride of each convolution; their product is how many frames become one vector. */
  readonly strides: readonly number[]
}

/** What a source is made of. */
export type SourceConfig = TokensConfig | FramesConfig

/** A stack of recurrent layers that reads the source. */
export interface RnnEncoderConfig {
  readonly type: 'rnn'
  /** Token ids where it is left out. */
  readonly input?: SourceConfig
  readonly cell: CellType
  readonly embeddingSize: number
  readonly hiddenSize: number
  readonly layers: number
  readonly bidirectional: boolean
  /** Rate on the embeddings and between layers. */
  readonly dropout: number
  /** One dropout mask for all steps of a sentence. */
  readonly variational: boolean
  readonly recurrentDropout: number
}

/** How a decoder looks at the encoder's states. */
export interface AttentionConfig {
  readonly score: AttentionScore
  /** Width of the hidden layer of `additive` and `concat`. */
  readonly size: number
  /**
   * Which state asks: `previous`, s_{t−1}, whose context goes into the cell (Bahdanau et al.);
   * `current`, s_t, whose context goes into the output alone (Luong et al.).
   */
  readonly query: 'previous' | 'current'
  /** Feed the last attentional vector h̃_{t−1} into the cell; with `query: 'current'`. */
  readonly inputFeeding: boolean
  /** Let the sum of earlier weights take part in the score; with `additive` and `concat`. */
  readonly coverage: boolean
}

/** What the output layer sees. */
export interface OutputConfig {
  readonly from: readonly ('state' | 'context' | 'embedding')[]
  /** Width of h̃ = tanh(W_c [context; state]) in front of the output layer; 0 for none. */
  readonly combine: number
}

/** A stack of recurrent layers that writes the target. */
export interface RnnDecoderConfig {
  readonly type: 'rnn'
  readonly cell: CellType
  readonly embeddingSize: number
  readonly hiddenSize: number
  readonly layers: number
  readonly dropout: number
  readonly variational: boolean
  readonly recurrentDropout: number
  /**
   * How its first state comes from the encoder: the last state of each layer, zeros, or a trained
   * tanh layer on the last state.
   */
  readonly bridge: 'copy' | 'zero' | 'dense'
  /**
   * Where the context vector C = h_T goes: nowhere but into the first state (`initial`), into the
   * cell at every step (`every-step`); or each step has a context of its own (`attention`).
   */
  readonly context: 'initial' | 'every-step' | 'attention'
  readonly attention?: AttentionConfig
  readonly output: OutputConfig
}

export type EncoderConfig = RnnEncoderConfig | TransformerEncoderConfig
export type DecoderConfig = RnnDecoderConfig | TransformerDecoderConfig

/**
 * One embedding in several places: `target`, for the decoder's tokens and as its output layer (Press and
 * Wolf 2017, arXiv:1608.05859); `all`, for the encoder's tokens too (Vaswani et al. 2017, section 3.4).
 */
export type TiedEmbeddings = 'target' | 'all'

/** Everything that decides the weights of a model and what they compute. */
export interface ModelConfig {
  readonly version: typeof configVersion
  /** 0 where the source is frames. */
  readonly sourceVocabularySize: number
  readonly targetVocabularySize: number
  /** Every embedding and the output layer are weights of their own where it is left out. */
  readonly tiedEmbeddings?: TiedEmbeddings
  readonly encoder: EncoderConfig
  readonly decoder: DecoderConfig
}
