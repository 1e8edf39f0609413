import { abs, add, cast, max, min, mul, sub } from '../graph/elementwise.ts'
import { gather } from '../graph/indexing.ts'
import { constant, expandDims, transpose } from '../graph/movement.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { ParameterScope } from './parameter-scope.ts'

type F = Tensor<'float'>
type I = Tensor<'int'>

/** How distances fall into buckets. */
export interface BucketOptions {
  readonly buckets: number
  /** From here on all distances are in the last bucket. */
  readonly maxDistance: number
  /** Whether keys after the query do not occur, so that they need no buckets. */
  readonly isCausal: boolean
}

/** key − query for each pair: int [T, S]. */
function distances(queries: I, keys: I): I {
  return sub(expandDims(keys, 0), expandDims(queries, 1))
}

/**
 * T5's relative positions: a trained number for each bucket of distances and each head, added to the
 * scores of every layer; `relative_attention_bias.weight` [buckets, heads].
 *
 * @returns a function that gives [1, H, T, S] for queries int [T] and keys int [S].
 *
 * Source: Raffel et al. 2020, arXiv:1910.10683, section 2.1.
 */
export function relativeBias(
  scope: ParameterScope,
  { heads, ...options }: BucketOptions & { readonly heads: number },
): (queries: I, keys: I) => F {
  const { buckets, maxDistance } = options
  const weight = scope.declare('relative_attention_bias.weight', [buckets, heads], {
    type: 'normal',
    deviation: heads ** -0.5,
  })
  // A table by distance, so that no backend has to take a logarithm and round it at a boundary.
  const table = Array.from({ length: 2 * maxDistance + 1 }, (_, i) => bucketOf(i - maxDistance, options))
  return (queries, keys) => {
    const near = min(max(distances(queries, keys), -maxDistance), maxDistance)
    const bucket = gather(constant(queries, 'int', [table.length], table), add(near, maxDistance))
    return expandDims(transpose(gather<'float'>(weight, bucket), [2, 0, 1]), 0)
  }
}

/**
 * The bucket of a distance key − query. Half of the buckets are for single distances, the other half for
 * ranges that grow logarithmically up to `maxDistance`; keys after the query have buckets of their own.
 *
 * Source: Raffel et al. 2020, as implemented in T5's mesh-TensorFlow code, in float32.
 */
export function bucketOf(distance: number, { buckets, maxDistance, isCausal }: BucketOptions): number {
  const count = isCausal ? buckets : Math.floor(buckets / 2)
  const first = !isCausal && distance > 0 ? count : 0
  const far = isCausal ? Math.max(0, -distance) : Math.abs(distance)
  const exact = Math.floor(count / 2)
  if (far < exact) return first + far
  const f = Math.fround
  const share = f(f(Math.log(f(far / exact))) / f(Math.log(maxDistance / exact)))
  return first + Math.min(count - 1, exact + Math.trunc(f(share * (count - exact))))
}

/**
 * Attention with linear biases: −m · |key − query| for the slope m of each head.
 *
 * @returns [1, H, T, S] for queries int [T] and keys int [S].
 *
 * Source: Press et al. 2022, arXiv:2108.12409, section 3.
 */
export function alibi(queries: I, keys: I, heads: number): F {
  const far = cast(abs(distances(queries, keys)), 'float')
  const slopes = constant(
    queries,
    'float',
    [heads, 1, 1],
    slopesOf(heads).map((slope) => -slope),
  )
  return expandDims(mul(slopes, far), 0)
}

/**
 * 2^(−8/n), 2^(−16/n) … 2^−8 for n heads, a power of two; for another number the slopes of the next lower
 * power, and then every second one of the next higher, as in the paper's code.
 */
export function slopesOf(heads: number): number[] {
  const power = 2 ** Math.floor(Math.log2(heads))
  const geometric = (n: number) => Array.from({ length: n }, (_, i) => 2 ** ((-8 * (i + 1)) / n))
  const between = geometric(2 * power).filter((_, i) => i % 2 === 0)
  return [...geometric(power), ...between.slice(0, heads - power)]
}
