import type { HostArray, Model } from '@dragoman/core'
import { createModel, initialValue } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import { ints } from '../array.ts'
import type { Generator } from '../generator.ts'
import type { DecoderKind } from './decoder-kinds.ts'
import { cellTypes, decoderKinds } from './decoder-kinds.ts'
import { randomKinds } from './random-kinds.ts'
import type { TransformerKind } from './transformer-kinds.ts'
import { transformerKinds } from './transformer-kinds.ts'

/** A kind of model that the laws hold for. */
export type ModelKind = DecoderKind | TransformerKind

/** Every kind. */
export const modelKinds: readonly ModelKind[] = [...decoderKinds, ...transformerKinds, ...randomKinds(12)]

/** Number of token ids on both sides. */
export const vocabularySize = 7

/** What a caller may fix; the rest is drawn. */
export interface ModelChoices {
  readonly encoder?: object
  readonly decoder?: object
}

/** A small model of a kind, its other choices and its sizes drawn. */
export function randomModel(draw: Generator, kind: ModelKind, choices: ModelChoices = {}): Model {
  return kind.type === 'rnn' ? randomRnn(draw, kind, choices) : randomTransformer(draw, kind, choices)
}

function randomTransformer(draw: Generator, kind: TransformerKind, choices: ModelChoices): Model {
  const layers = draw.integer(1, 2)
  const quiet = { layers, dropout: 0 }
  const isWhole = [kind.encoder, kind.decoder].every((side) => 'modelSize' in side)
  const tied = draw.pick(isWhole && !kind.frames ? ['none', 'target', 'all'] : ['none'])
  return createModel({
    version: 1,
    sourceVocabularySize: kind.frames ? 0 : vocabularySize,
    targetVocabularySize: vocabularySize,
    ...(tied === 'none' ? {} : { tiedEmbeddings: tied }),
    encoder: { ...kind.encoder, ...quiet, ...choices.encoder },
    decoder: { ...kind.decoder, ...quiet, ...choices.decoder },
  })
}

function randomRnn(draw: Generator, { config, cell }: DecoderKind, choices: ModelChoices): Model {
  const bidirectional = draw.pick([true, false])
  const layers = draw.integer(1, 2)
  // Both sides end with the same width, so that `copy` and the dot products fit.
  const width = 4
  return createModel({
    version: 1,
    sourceVocabularySize: vocabularySize,
    targetVocabularySize: vocabularySize,
    encoder: {
      type: 'rnn',
      cell: draw.pick(cellTypes),
      embeddingSize: draw.integer(2, 3),
      hiddenSize: bidirectional ? width / 2 : width,
      layers,
      bidirectional,
      ...choices.encoder,
    },
    decoder: {
      type: 'rnn',
      cell,
      embeddingSize: draw.integer(2, 3),
      hiddenSize: width,
      layers,
      bridge: draw.pick(['copy', 'zero', 'dense']),
      ...config,
      ...choices.decoder,
    },
  })
}

/** Weights of a model, by path. */
export function weightsOf({ parameters }: Model, seed: number): Record<string, HostArray> {
  return Object.fromEntries(parameters.map((parameter) => [parameter.path, initialValue(parameter, seed)]))
}

/** Rates for training: every place that a kind has for dropout. */
export function dropoutChoices(draw: Generator, { type, ...kind }: ModelKind): ModelChoices {
  const rates = {
    rnn: { dropout: 0.25, recurrentDropout: 0.25, variational: draw.pick([true, false]) },
    transformer: { dropout: 0.25, attentionDropout: 0.25, activationDropout: 0.25 },
  }
  const of = (side: object) => rates['modelSize' in side ? 'transformer' : 'rnn']
  return 'encoder' in kind
    ? { encoder: of(kind.encoder), decoder: of(kind.decoder) }
    : { encoder: rates.rnn, decoder: rates.rnn }
}

/** A padded batch, by the names that the graphs of the laws give their inputs. */
export interface Batch extends Arrays {
  /** int [B, S] */
  readonly source: HostArray
  /** int [B] */
  readonly lengths: HostArray
  /** int [B, T], what the decoder reads. */
  readonly ids: HostArray
  /** int [B, T], what it should write. */
  readonly targets: HostArray
  /** int [B] */
  readonly targetLengths: HostArray
}

/** A batch of sentences of different lengths; tokens at padding are random too: they must not matter. */
export function randomBatch(draw: Generator, kind: ModelKind): Batch {
  return batchOf(draw, kind, draw.integer(3, 5), draw.integer(3, 4))
}

/** A batch with these lengths of the longest source and target, 2 or more. */
export function batchOf(draw: Generator, kind: ModelKind, S: number, T: number): Batch {
  const B = 3
  const frames = kind.type === 'transformer' ? kind.frames : undefined
  const { features, reduction } = frames ?? { features: 0, reduction: 1 }
  const tokens = (length: number) => draw.ints([B, length], 0, vocabularySize - 1)
  const longest = (S - 1) * reduction + draw.integer(1, reduction)
  const shorter = (least: number) => draw.integer(least, longest - 1)
  return {
    source: frames ? draw.floats([B, S, reduction * features]) : tokens(S),
    lengths: ints([B], [shorter(1), longest, shorter(1)]),
    ids: tokens(T),
    targets: tokens(T),
    targetLengths: ints([B], [T, draw.integer(1, T - 1), draw.integer(1, T)]),
  }
}

/** Memory entries of so many tokens or frames. */
export function entriesOf(kind: ModelKind, length: number): number {
  const reduction = kind.type === 'transformer' ? (kind.frames?.reduction ?? 1) : 1
  return Math.ceil(length / reduction)
}
