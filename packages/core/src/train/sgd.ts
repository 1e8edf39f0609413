import { add, equal, mul, select, sub } from '../graph/elementwise.ts'
import type { Tensor } from '../graph/tensor.ts'
import { checkFlag, checkKnown, checkNumber, checkPositive } from './check.ts'
import type { Optimizer } from './optimizer.ts'

/** Options of {@link sgd}. */
export interface SgdOptions {
  /** 0 (plain) to below 1. Default 0. */
  readonly momentum?: number
  /** Look ahead along the momentum. Default false. */
  readonly nesterov?: boolean
  /** Added to the gradient, times the weight. Default 0. */
  readonly weightDecay?: number
}

/** The gradient times the scale; 0 where the scale is 0, whatever the gradient is. */
export function scaled(gradient: Tensor<'float'>, scale: Tensor<'float'>): Tensor<'float'> {
  return select(equal(scale, 0), 0, mul(gradient, scale))
}

/**
 * Stochastic gradient descent: b = μ b + g;  p = p − lr · b  (Nesterov: p − lr · (g + μ b)).
 *
 * Source: Sutskever et al. 2013, "On the importance of initialization and momentum", in PyTorch's form.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  checkKnown('sgd', options, ['momentum', 'nesterov', 'weightDecay'])
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options
  checkNumber('momentum', momentum, 0, 1)
  checkNumber('weightDecay', weightDecay, 0, Infinity)
  checkFlag('nesterov', nesterov)
  if (nesterov) checkPositive('momentum', momentum, 1, 'nesterov needs momentum')
  return {
    config: { name: 'sgd', momentum, nesterov, weightDecay },
    slots: ({ shape }) => (momentum > 0 ? { momentum: shape } : {}),
    scalars: () => ({}),
    update({ parameter, gradient, slots, learningRate, gradientScale }) {
      let g = scaled(gradient, gradientScale)
      if (weightDecay > 0) g = add(g, mul(parameter, weightDecay))
      if (!slots.momentum) return { parameter: sub(parameter, mul(learningRate, g)), slots: {} }
      const buffer = add(mul(slots.momentum, momentum), g)
      const step = nesterov ? add(g, mul(buffer, momentum)) : buffer
      return { parameter: sub(parameter, mul(learningRate, step)), slots: { momentum: buffer } }
    },
  }
}
