import { softmax } from '../graph/composites/softmax.ts'
import { add, mul, select, tanh } from '../graph/elementwise.ts'
import { matmul } from '../graph/matmul.ts'
import { expandDims, slice, squeeze } from '../graph/movement.ts'
import type { Operand, Parameter, Tensor } from '../graph/tensor.ts'
import { toTensor, traceOf } from '../graph/trace.ts'
import { uniformFor } from './initialize.ts'
import type { ParameterScope } from './parameter-scope.ts'

type F = Tensor<'float'>

/**
 * How a query and a key are scored.
 *
 * - `additive`: vᵀ tanh(W_q q + W_k k + b), Bahdanau et al. 2015, arXiv:1409.0473, appendix A.1.2.
 * - `dot`: qᵀk; `general`: qᵀ W k; `concat`: vᵀ tanh(W [k; q]), Luong et al. 2015, arXiv:1508.04025, eq. 8.
 * - `scaled-dot`: qᵀk / √d, Vaswani et al. 2017, arXiv:1706.03762, eq. 1.
 */
export type AttentionScore = 'additive' | 'dot' | 'general' | 'concat' | 'scaled-dot'

/** What an attention layer is made of. */
export interface AttentionOptions {
  readonly score: AttentionScore
  readonly querySize: number
  readonly memorySize: number
  /** Width of the hidden layer of `additive` and `concat`. */
  readonly size: number
  /** Whether the sum of earlier weights takes part in the score: `additive` and `concat` only. */
  readonly coverage: boolean
}

/** The memory as attention reads it; made once for a source. */
export interface AttentionMemory {
  /** [B, S, D], what the context is a mean of. */
  readonly values: F
  /** [B, S, K], what queries are scored against. */
  readonly keys: F
  /** [B, S], true where a query may look. */
  readonly isReal: Tensor<'bool'>
}

/** Looks at a memory: each query takes a weighted mean of its values. */
export interface Attention {
  /** The part of the score that depends on the memory alone: [B, S, D] → [B, S, K]. */
  keys(memory: F): F
  /**
   * @param query    [B, T, Q]
   * @param coverage [B, S], the sum of earlier weights; with the `coverage` option only.
   * @returns context [B, T, D] and weights [B, T, S]; each row of weights sums to 1, or is all 0 where
   *   the query may look nowhere.
   */
  apply(query: F, memory: AttentionMemory, coverage?: F): { context: F; weights: F }
}

/** Declares an attention layer over an encoder's states. */
export function attention(scope: ParameterScope, options: AttentionOptions): Attention {
  const { keys, scores } = scorers[options.score](scope, options)
  return {
    keys,
    apply(query, { values, keys: projected, isReal }, coverage) {
      const raw = scores(query, projected, coverage)
      const weights = softmax(select(expandDims(isReal, 1), raw, -Infinity))
      return { context: matmul(weights, values), weights }
    },
  }
}

interface Scorer {
  keys(memory: F): F
  /** query [B, T, Q], keys [B, S, K] → [B, T, S]. */
  scores(query: F, keys: F, coverage?: F): F
}

const scorers: Readonly<
  Record<AttentionScore, (scope: ParameterScope, options: AttentionOptions) => Scorer>
> = {
  additive(scope, options) {
    const { size, querySize, memorySize } = options
    const bound = uniformFor(querySize + memorySize)
    const queryWeight = scope.declare('query.weight', [size, querySize], bound)
    const keyWeight = scope.declare('key.weight', [size, memorySize], bound)
    const bias = scope.declare('bias', [size], bound)
    return {
      keys: (memory) => add(matmul(memory, keyWeight, { transposeB: true }), bias),
      scores: hiddenLayer(scope, options, (query) => matmul(query, queryWeight, { transposeB: true })),
    }
  },
  dot: () => ({
    keys: (memory) => memory,
    scores: (query, keys) => matmul(query, keys, { transposeB: true }),
  }),
  'scaled-dot': (_, { querySize }) => ({
    keys: (memory) => memory,
    scores: (query, keys) => mul(matmul(query, keys, { transposeB: true }), 1 / Math.sqrt(querySize)),
  }),
  general(scope, { querySize, memorySize }) {
    const weight = scope.declare('weight', [querySize, memorySize], uniformFor(memorySize))
    return {
      keys: (memory) => matmul(memory, weight, { transposeB: true }),
      scores: (query, keys) => matmul(query, keys, { transposeB: true }),
    }
  },
  concat(scope, options) {
    const { size, querySize, memorySize } = options
    const weight = scope.declare('weight', [size, memorySize + querySize], uniformFor(memorySize + querySize))
    const columns = (like: F, start: number, count: number) => slice(asTensor(like, weight), 1, start, count)
    return {
      keys: (memory) => matmul(memory, columns(memory, 0, memorySize), { transposeB: true }),
      scores: hiddenLayer(scope, options, (query) =>
        matmul(query, columns(query, memorySize, querySize), { transposeB: true }),
      ),
    }
  },
}

function asTensor(like: F, operand: Operand<'float'>): F {
  return toTensor(traceOf([like]), operand, 'float')
}

/**
 * vᵀ tanh(query part + key part (+ w_c · coverage)).
 *
 * Coverage: Tu et al. 2016, arXiv:1601.04811, in the linear form of See et al. 2017, arXiv:1704.04368, eq. 11.
 */
function hiddenLayer(
  scope: ParameterScope,
  { size, coverage: hasCoverage }: AttentionOptions,
  project: (query: F) => F,
): Scorer['scores'] {
  const v = scope.declare('v', [size], uniformFor(size))
  const coverageWeight: Parameter | undefined = hasCoverage
    ? scope.declare('coverage.weight', [size, 1], uniformFor(1))
    : undefined
  return (query, keys, coverage) => {
    let keyPart = keys
    if (coverageWeight && coverage) {
      keyPart = add(keyPart, matmul(expandDims(coverage, -1), coverageWeight, { transposeB: true }))
    }
    // [B, T, 1, A] + [B, 1, S, A]
    const hidden = tanh(add(expandDims(project(query), 2), expandDims(keyPart, 1)))
    const vector = expandDims(asTensor(query, v), -1)
    return squeeze(matmul(hidden, vector), -1)
  }
}
