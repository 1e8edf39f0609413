import { logSoftmax } from '../graph/composites/softmax.ts'
import { add, exp, mul, sub } from '../graph/elementwise.ts'
import { reduceSum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'
import { checkKnown, checkPositive } from './check.ts'

type F = Tensor<'float'>

/** R-Drop: two passes with different dropout masks, which must agree. */
export interface RDropOptions {
  /** α of the paper, above 0; it uses 1 to 5. */
  readonly weight: number
}

/** Throws OptionError for what is unknown or out of range. */
export function checkRDrop(options: RDropOptions): void {
  checkKnown('rDrop', options, ['weight'])
  checkPositive('rDrop.weight', options.weight, Infinity)
}

/**
 * KL(P₁‖P₂) + KL(P₂‖P₁) of each row, in nats: Σ (p₁ − p₂) · (log p₁ − log p₂).
 *
 * @param first  logits of P₁, [..., V]
 * @param second logits of P₂, [..., V]
 * @returns [...]
 */
export function symmetricDivergence(first: F, second: F): F {
  const [logP, logQ] = [logSoftmax(first), logSoftmax(second)]
  return reduceSum(mul(sub(exp(logP), exp(logQ)), sub(logP, logQ)), { axes: [-1] })
}

/**
 * Loss of each token from two passes:
 *
 *   ½ (CE₁ + CE₂) + α/4 · (KL(P₁‖P₂) + KL(P₂‖P₁))
 *
 * which is half of the paper's, so that it stays in nats per token whatever α is.
 *
 * Source: Liang et al. 2021, "R-Drop", arXiv:2106.14448, equations 2 to 4.
 */
export function rDropLoss(
  passes: readonly [{ readonly logits: F; readonly loss: F }, { readonly logits: F; readonly loss: F }],
  { weight }: RDropOptions,
): F {
  const [first, second] = passes
  const divergence = symmetricDivergence(first.logits, second.logits)
  return add(mul(add(first.loss, second.loss), 0.5), mul(divergence, weight / 4))
}
