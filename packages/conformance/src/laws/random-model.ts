import type { HostArray, Model } from '@dragoman/core'
import { createModel, initialValue } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import { ints } from '../array.ts'
import type { Generator } from '../generator.ts'
import type { DecoderKind } from './decoder-kinds.ts'
import { cellTypes } from './decoder-kinds.ts'

/** Number of token ids on both sides. */
export const vocabularySize = 7

/** What a caller may fix; the rest is drawn. */
export interface ModelChoices {
  readonly encoder?: object
  readonly decoder?: object
}

/** A small model of a kind, its other choices and its sizes drawn. */
export function randomModel(
  draw: Generator,
  { config, cell }: DecoderKind,
  choices: ModelChoices = {},
): Model {
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
export function randomBatch(draw: Generator): Batch {
  return batchOf(draw, draw.integer(3, 5), draw.integer(3, 4))
}

/** A batch with these lengths of the longest source and target, 2 or more. */
export function batchOf(draw: Generator, S: number, T: number): Batch {
  const B = 3
  const tokens = (length: number) => draw.ints([B, length], 0, vocabularySize - 1)
  return {
    source: tokens(S),
    lengths: ints([B], [draw.integer(1, S), S, draw.integer(1, S - 1)]),
    ids: tokens(T),
    targets: tokens(T),
    targetLengths: ints([B], [T, draw.integer(1, T - 1), draw.integer(1, T)]),
  }
}
