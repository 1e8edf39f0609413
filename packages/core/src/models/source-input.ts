import { ShapeError } from '../errors.ts'
import { transpose } from '../graph/movement.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Embedding } from '../nn/embedding.ts'
import type { ParameterScope } from '../nn/parameter-scope.ts'
import { speechFront } from '../nn/speech-front.ts'
import type { SourceConfig } from './config.ts'
import type { SourceType } from './encoder.ts'

type F = Tensor<'float'>

/** What turns a source into vectors, in front of any encoder. */
export interface SourceInput {
  readonly type: SourceType
  /** Source and lengths as an encoder takes them → x [B, S, size] and lengths int [B] of what x has. */
  apply(source: Tensor, lengths: Tensor<'int'>): SourceVectors
  /** The same with x [S, B, size]: a step of all rows is then one block of memory. */
  timeFirst(source: Tensor, lengths: Tensor<'int'>): SourceVectors
}

/** Vectors for an encoder, and how many of each row are real. */
export interface SourceVectors {
  readonly x: F
  readonly lengths: Tensor<'int'>
}

/** Declares the embedding of token ids, or the convolutions over frames. */
export function sourceInput(
  scope: ParameterScope,
  config: SourceConfig | undefined,
  size: number,
  declareEmbedding: () => Embedding,
): SourceInput {
  if (config?.type === 'frames') {
    const front = speechFront(scope.in('front'), { ...config, size })
    const width = front.reduction * config.features
    const apply = (source: Tensor, real: Tensor<'int'>) =>
      front.apply(expectSource(source, 'float', width), real)
    return {
      type: { kind: 'float', shape: ['batch', 'source', width] },
      apply,
      timeFirst(source, real) {
        const { x, lengths } = apply(source, real)
        return { x: transpose(x, [1, 0, 2]), lengths }
      },
    }
  }
  const { apply: embed } = declareEmbedding()
  return {
    type: { kind: 'int', shape: ['batch', 'source'] },
    apply: (source, lengths) => ({ x: embed(expectSource(source, 'int')), lengths }),
    // Ids are turned round before they become vectors, not after.
    timeFirst: (source, lengths) => ({ x: embed(transpose(expectSource(source, 'int'))), lengths }),
  }
}

function expectSource<K extends 'int' | 'float'>(source: Tensor, kind: K, width?: number): Tensor<K> {
  const rank = width === undefined ? 2 : 3
  if (source.kind === kind && source.rank === rank && (width === undefined || source.size(2) === width)) {
    return source as Tensor<K>
  }
  throw new ShapeError({
    op: 'encode',
    problem: `the encoder reads ${kind} [batch, source${width === undefined ? '' : `, ${width}`}]`,
    inputs: [{ ...source.describe('source'), kind: source.kind }],
  })
}
