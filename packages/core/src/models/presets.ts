import { ConfigError } from '../errors.ts'

/** A model configuration as JSON, without its vocabulary sizes: the tokenizers have them. */
export interface Preset {
  readonly version: 1
  readonly tiedEmbeddings?: 'target' | 'all'
  readonly encoder: Readonly<Record<string, unknown>>
  readonly decoder: Readonly<Record<string, unknown>>
}

interface TransformerSizes {
  readonly modelSize: number
  readonly layers: number
  readonly heads: number
  readonly feedForwardSize: number
  readonly dropout: number
}

/**
 * The Transformer of the paper: post-norm, ReLU, sinusoidal positions, one embedding in three places and no
 * bias on the output layer. It needs one vocabulary for both sides.
 */
function vaswani(sizes: TransformerSizes): Preset {
  const stack = { type: 'transformer', ...sizes }
  return { version: 1, tiedEmbeddings: 'all', encoder: stack, decoder: { ...stack, outputBias: false } }
}

/** The Transformer of chapter 6 of bentrevett/pytorch-seq2seq (MIT), German to English on Multi30k. */
function multi30kTransformer(): Preset {
  const stack = {
    type: 'transformer',
    modelSize: 256,
    layers: 3,
    heads: 8,
    feedForwardSize: 512,
    positions: { type: 'learned', length: 100 },
    dropout: 0.1,
    attentionDropout: 0.1,
    activationDropout: 0.1,
  }
  return { version: 1, encoder: stack, decoder: stack }
}

/** The recurrent models of chapters 1 to 3 of the same: embeddings of 256, states of 512, dropout 0.5. */
function multi30kRnn(encoder: object, decoder: object): Preset {
  const stack = { type: 'rnn', embeddingSize: 256, hiddenSize: 512, dropout: 0.5 }
  return { version: 1, encoder: { ...stack, ...encoder }, decoder: { ...stack, ...decoder } }
}

/** A published architecture. */
export type PresetName =
  | 'transformer-base'
  | 'transformer-big'
  | 'transformer-tiny'
  | 'multi30k-transformer'
  | 'multi30k-lstm'
  | 'multi30k-gru'
  | 'multi30k-attention'

const presets: Readonly<Record<PresetName, () => Preset>> = {
  /** Vaswani et al. 2017, arXiv:1706.03762, table 3, base. */
  'transformer-base': () =>
    vaswani({ modelSize: 512, layers: 6, heads: 8, feedForwardSize: 2048, dropout: 0.1 }),
  /** The same table, big; its dropout is that of English to German. */
  'transformer-big': () =>
    vaswani({ modelSize: 1024, layers: 6, heads: 16, feedForwardSize: 4096, dropout: 0.3 }),
  /** Wu et al. 2021, "Good for Misconceived Reasons", ACL 2021: Transformer-Tiny for Multi30k. */
  'transformer-tiny': () =>
    vaswani({ modelSize: 128, layers: 4, heads: 4, feedForwardSize: 256, dropout: 0.3 }),
  'multi30k-transformer': multi30kTransformer,
  /** Two layers of LSTM each, the encoder's states start the decoder: Sutskever et al. 2014. */
  'multi30k-lstm': () => multi30kRnn({ cell: 'lstm', layers: 2 }, { cell: 'lstm', layers: 2 }),
  /** One GRU each, the context vector goes into every step and output: Cho et al. 2014. */
  'multi30k-gru': () =>
    multi30kRnn(
      { cell: 'gru' },
      { cell: 'gru', context: 'every-step', output: { from: ['embedding', 'state', 'context'] } },
    ),
  /** A bidirectional GRU and one with additive attention: Bahdanau et al. 2015. */
  'multi30k-attention': () =>
    multi30kRnn(
      { cell: 'gru', bidirectional: true },
      {
        cell: 'gru',
        bridge: 'dense',
        attention: { score: 'additive', size: 512, query: 'previous' },
        output: { from: ['state', 'context', 'embedding'] },
      },
    ),
}

/** Every preset, in the order in which errors and help list them. */
export const presetNames: readonly PresetName[] = Object.keys(presets) as PresetName[]

/**
 * A published architecture by its name, to be given to `createModel` or `createSeq2Seq` as it is or changed.
 *
 * @throws ConfigError when there is none of that name.
 */
export function preset(name: string): Preset {
  if (Object.hasOwn(presets, name)) return presets[name as PresetName]()
  throw new ConfigError({ path: 'preset', problem: `there is no preset '${name}'`, allowed: presetNames })
}
