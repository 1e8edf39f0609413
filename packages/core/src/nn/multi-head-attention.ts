import { attention } from '../graph/composites/attention.ts'
import { mergeAxes, reshape, transpose } from '../graph/movement.ts'
import type { Tensor } from '../graph/tensor.ts'
import { projection } from './linear.ts'
import type { ParameterScope } from './parameter-scope.ts'
import type { Randomness } from './random.ts'
import { maskFor } from './random.ts'

type F = Tensor<'float'>

/** What multi-head attention is made of. */
export interface MultiHeadAttentionOptions {
  /** Features of a query and of the result. */
  readonly size: number
  /** Features of what is looked at. */
  readonly memorySize: number
  /** A divisor of `size`. */
  readonly heads: number
  /** Heads of keys and values, a divisor of `heads`: groups of queries share them. */
  readonly keyHeads: number
  readonly bias: boolean
  /** Rate on the weights. */
  readonly dropout: number
}

/** What is looked at, as each head sees it; d = size / heads, H′ = keyHeads. */
export interface HeadMemory {
  /** [B, H′, S, d] */
  readonly key: F
  /** [B, H′, S, d] */
  readonly value: F
}

/** How one look goes. */
export interface LookOptions {
  /** Broadcastable to [B, H, T, S], true where a query may look. */
  readonly isAllowed?: Tensor<'bool'> | undefined
  /** Broadcastable to [B, H, T, S], added to the scores: relative positions. */
  readonly bias?: F | undefined
  /** Each query sees the keys up to its own position alone. */
  readonly causal?: boolean
  /** Turns the heads of the queries by their positions: rotary positions. */
  readonly rotate?: ((heads: F) => F) | undefined
  readonly random?: Randomness | undefined
}

/** Several heads look at a memory, each in a subspace of its own. */
export interface MultiHeadAttention {
  /** d, the features of a head. */
  readonly headSize: number
  /** Keys and values of every head: [B, S, memorySize] → [B, H′, S, d] each; `rotate` turns the keys. */
  memory(x: F, rotate?: (heads: F) => F): HeadMemory
  /** x [B, T, size] asks → output [B, T, size], weights [B, H, T, S]. */
  look(x: F, memory: HeadMemory, options?: LookOptions): { output: F; weights: F }
}

/**
 * Multi-head attention with projections of its own for queries, keys and values:
 *
 *   MultiHead(Q, K, V) = Concat(head₁, …, head_h) W_O,  head_i = Attention(Q W_Qi, K W_Ki, V W_Vi)
 *
 * Weights `q_proj`, `k_proj`, `v_proj` and `out_proj`. With fewer key heads than heads, groups of query
 * heads share keys and values (Ainslie et al. 2023, arXiv:2305.13245); the paper has as many.
 *
 * Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2.
 */
export function multiHeadAttention(
  scope: ParameterScope,
  { size, memorySize, heads, keyHeads, bias, dropout }: MultiHeadAttentionOptions,
): MultiHeadAttention {
  const headSize = size / heads
  const query = projection(scope.in('q_proj'), size, size, { bias })
  const key = projection(scope.in('k_proj'), memorySize, keyHeads * headSize, { bias })
  const value = projection(scope.in('v_proj'), memorySize, keyHeads * headSize, { bias })
  const output = projection(scope.in('out_proj'), size, size, { bias })
  return {
    headSize,
    memory(x, rotate = same) {
      return {
        key: rotate(splitHeads(key.apply(x), keyHeads)),
        value: splitHeads(value.apply(x), keyHeads),
      }
    },
    look(x, seen, { isAllowed, bias: scoreBias, causal = false, rotate = same, random } = {}) {
      const { trace } = x
      const asked = trace.mark('query', rotate(splitHeads(query.apply(x), heads)))
      trace.mark('key', seen.key)
      trace.mark('value', seen.value)
      const weightsShape = [x.size(0), heads, x.size(1), seen.key.size(2)]
      const mask = maskFor(random, 'weights', weightsShape, dropout)
      const { context, weights } = attention({
        query: asked,
        ...seen,
        isAllowed,
        bias: scoreBias,
        causal,
        mask,
      })
      trace.mark('weights', weights)
      trace.mark('context', context)
      return { output: trace.mark('output', output.apply(joinHeads(context))), weights }
    },
  }
}

function same(x: F): F {
  return x
}

/** [B, T, H·d] → [B, H, T, d]. */
function splitHeads(x: F, heads: number): F {
  const [B, T, D] = x.axes('batch time features')
  return transpose(reshape(x, [B!, T!, heads, (D as number) / heads]), [0, 2, 1, 3])
}

/** The heads side by side again: [B, H, T, d] → [B, T, H·d]. */
function joinHeads(x: F): F {
  return mergeAxes(transpose(x, [0, 2, 1, 3]), 2)
}
