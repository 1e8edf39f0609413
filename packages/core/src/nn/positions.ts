import { add, cast, cos, min, mul, sin } from '../graph/elementwise.ts'
import { gather } from '../graph/indexing.ts'
import { concat, constant, expandDims, reshape } from '../graph/movement.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { ParameterScope } from './parameter-scope.ts'
import { alibi, relativeBias } from './relative-positions.ts'
import { rotate } from './rotary.ts'

type F = Tensor<'float'>
type I = Tensor<'int'>

/**
 * How a stack knows the order of what it reads (note step 5: all words go in at once).
 *
 * - `sinusoidal`, `learned`: a vector for each position, added to the embeddings.
 * - `rotary`: queries and keys of self-attention are turned by angles that grow with their positions.
 * - `relative`: T5's buckets of distances, a learned number for each bucket and head, added to the scores.
 * - `alibi`: a fixed penalty on the scores that grows with the distance, steeper in some heads.
 * - `none`: a causal decoder, or a recurrent one, can tell the order by itself.
 */
export type PositionsConfig =
  | { readonly type: 'sinusoidal' }
  | { readonly type: 'learned' /** Longest sequence. */; readonly length: number }
  | { readonly type: 'rotary' /** θ of the slowest turn. */; readonly base: number }
  | { readonly type: 'relative'; readonly buckets: number; readonly maxDistance: number }
  | { readonly type: 'alibi' }
  | { readonly type: 'none' }

/** The stack that positions belong to. */
export interface PositionsOptions {
  readonly size: number
  readonly heads: number
  /** Whether it only looks back: all buckets are then for keys before the query. */
  readonly isCausal: boolean
}

/** Positions of a stack of layers. What a kind does not use, it leaves as it is. */
export interface Positions {
  /** Longest sequence it can tell apart; none where there is no limit. */
  readonly maxLength: number | undefined
  /** Added before the first layer: x [B, T, size], its positions int [T]. */
  add(x: F, at: I): F
  /** In every self-attention: heads [B, H, T, d] of queries or keys, turned by their positions int [T]. */
  rotate(heads: F, at: I): F
  /** Added to the scores of every self-attention: [1, H, T, S] for queries int [T] and keys int [S]. */
  bias(queries: I, keys: I): F | undefined
}

const unchanged: Positions = {
  maxLength: undefined,
  add: (x) => x,
  rotate: (heads) => heads,
  bias: () => undefined,
}

/** Declares the positions of a stack. */
export function positions(
  scope: ParameterScope,
  config: PositionsConfig,
  options: PositionsOptions,
): Positions {
  switch (config.type) {
    case 'none':
      return unchanged
    case 'sinusoidal':
      return { ...unchanged, add: (x, at) => add(x, sinusoids(at, options.size)) }
    case 'learned':
      return learned(scope, config.length, options.size)
    case 'rotary':
      return { ...unchanged, rotate: (heads, at) => rotate(heads, at, config.base) }
    case 'relative':
      return { ...unchanged, bias: relativeBias(scope, { ...config, ...options }) }
    case 'alibi':
      return { ...unchanged, bias: (queries, keys) => alibi(queries, keys, options.heads) }
  }
}

/**
 * PE(p, 2i) = sin(p / 10000^(2i/size)), PE(p, 2i+1) = cos(the same): sine and cosine alternate.
 *
 * @param at int [T].
 * @returns [T, size].
 *
 * Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.5.
 */
export function sinusoids(at: I, size: number): F {
  const frequencies = Array.from({ length: size / 2 }, (_, i) => 10000 ** ((-2 * i) / size))
  const angles = mul(expandDims(cast(at, 'float'), 1), constant(at, 'float', [size / 2], frequencies))
  const pairs = concat([expandDims(sin(angles), 2), expandDims(cos(angles), 2)], 2)
  return reshape(pairs, [at.size(0), size])
}

/** A trained vector for each position, `weight` [length, size]: Gehring et al. 2017, arXiv:1705.03122. */
function learned(scope: ParameterScope, length: number, size: number): Positions {
  const weight = scope.declare('weight', [length, size], { type: 'normal', deviation: size ** -0.5 })
  // A batch may be padded beyond the longest sequence; what stands at padding is never looked at.
  const known = (at: I) => min(at, length - 1)
  return { ...unchanged, maxLength: length, add: (x, at) => add(x, gather<'float'>(weight, known(at))) }
}
