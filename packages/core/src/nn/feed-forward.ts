import { gelu, geluTanh, silu } from '../graph/activations.ts'
import { mul, relu } from '../graph/elementwise.ts'
import type { Tensor } from '../graph/tensor.ts'
import { projection } from './linear.ts'
import type { ParameterScope } from './parameter-scope.ts'
import type { Randomness } from './random.ts'
import { applyMask, maskFor } from './random.ts'

type F = Tensor<'float'>

/**
 * What stands between the two layers: `relu` (the paper), `gelu` (by erf), `gelu-tanh`, `silu`, or a
 * gated form, in which a second layer of the same width is multiplied in: `swiglu` (SiLU), `geglu`
 * (GELU by erf). Gated forms: Shazeer 2020, arXiv:2002.05202, eq. 6.
 */
export type Activation = 'relu' | 'gelu' | 'gelu-tanh' | 'silu' | 'swiglu' | 'geglu'

/** Every activation, in the order in which errors list them. */
export const activations = ['relu', 'gelu', 'gelu-tanh', 'silu', 'swiglu', 'geglu'] as const

const curves: Readonly<Record<Activation, (x: F) => F>> = {
  relu,
  gelu,
  'gelu-tanh': geluTanh,
  silu,
  swiglu: silu,
  geglu: gelu,
}

/** What a feed-forward layer is made of. */
export interface FeedForwardOptions {
  readonly size: number
  readonly innerSize: number
  readonly activation: Activation
  readonly bias: boolean
  /** Rate on the inner units. */
  readonly dropout: number
}

/** Two linear layers with a bend between them, at each position by itself. */
export interface FeedForward {
  /** [..., size] → [..., size]. */
  apply(x: F, random?: Randomness): F
}

/**
 * The position-wise feed-forward net: W₂ f(W₁ x + b₁) + b₂, with weights `linear1`, `linear2`; gated:
 * W₂ (f(W₁ x + b₁) · (W₃ x + b₃)) + b₂, with `linear3`.
 *
 * Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.3, eq. 2.
 */
export function feedForward(scope: ParameterScope, options: FeedForwardOptions): FeedForward {
  const { size, innerSize, activation, bias, dropout } = options
  const isGated = activation === 'swiglu' || activation === 'geglu'
  const inner = projection(scope.in('linear1'), size, innerSize, { bias })
  const outer = projection(scope.in('linear2'), innerSize, size, { bias })
  const gated = isGated ? projection(scope.in('linear3'), size, innerSize, { bias }) : undefined
  return {
    apply(x, random) {
      const bent = curves[activation](inner.apply(x))
      const units = x.trace.mark('units', gated ? mul(bent, gated.apply(x)) : bent)
      const made = outer.apply(applyMask(units, maskFor(random, 'inner', units.shape, dropout)))
      return x.trace.mark('output', made)
    },
  }
}
