import { add } from '../graph/elementwise.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { NormType } from './normalization.ts'
import { normalization } from './normalization.ts'
import type { ParameterScope } from './parameter-scope.ts'
import type { Randomness } from './random.ts'
import { applyMask, maskFor } from './random.ts'

type F = Tensor<'float'>

/** Where a sub-layer is normalised: after the addition (`post`, the paper), or in front of it (`pre`). */
export type NormPlacement = 'post' | 'pre'

/** What add & normalise is made of. */
export interface ResidualOptions {
  readonly size: number
  readonly norm: NormType
  readonly placement: NormPlacement
  /** Rate on what the sub-layer gives, before it is added (section 5.4 of the paper). */
  readonly dropout: number
}

/** The connection around a sub-layer f: `after(x, f(before(x)))`. */
export interface Residual {
  /** What the sub-layer sees of x [..., size]. */
  before(x: F): F
  /** x with what the sub-layer made of it; `random` is the sub-layer's place. */
  after(x: F, made: F, random?: Randomness): F
}

/**
 * Add & normalise, note step 6: the vectors from before a sub-layer are added to what it gives.
 *
 *   post: norm(x + dropout(f(x)))    Vaswani et al. 2017, arXiv:1706.03762, section 3.1
 *   pre:  x + dropout(f(norm(x)))    Xiong et al. 2020, arXiv:2002.04745
 */
export function residual(
  scope: ParameterScope,
  { size, norm, placement, dropout }: ResidualOptions,
): Residual {
  const { apply } = normalization(scope, norm, size)
  return {
    before: (x) => (placement === 'pre' ? x.trace.mark('normalized', apply(x)) : x),
    after(x, made, random) {
      const sum = add(x, applyMask(made, maskFor(random, 'residual', made.shape, dropout)))
      x.trace.mark('added', sum)
      return placement === 'post' ? x.trace.mark('normalized', apply(sum)) : sum
    },
  }
}
