import { adamUpdate } from '../graph/composites/adam.ts'
import { checkKnown, checkNumber, checkPositive } from './check.ts'
import type { Optimizer } from './optimizer.ts'

/** Options of {@link adam} and {@link adamw}. */
export interface AdamOptions {
  /** Default 0.9. */
  readonly beta1?: number
  /** Default 0.999; the Transformer's authors use 0.98. */
  readonly beta2?: number
  /** Above 0: without it a weight that has no gradient yet would be 0 / 0. Default 1e-8. */
  readonly epsilon?: number
  /** Default 0 for Adam (added to the gradient), 0.01 for AdamW (decoupled). */
  readonly weightDecay?: number
}

/**
 * Adam. Throws OptionError for numbers out of range.
 *
 * Source: Kingma and Ba 2015, arXiv:1412.6980, in PyTorch's order of operations.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return make('adam', { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, ...options })
}

/**
 * Adam with decoupled weight decay. Throws OptionError for numbers out of range.
 *
 * Source: Loshchilov and Hutter 2019, arXiv:1711.05101.
 */
export function adamw(options: AdamOptions = {}): Optimizer {
  return make('adamw', { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, ...options })
}

function make(name: 'adam' | 'adamw', options: Required<AdamOptions>): Optimizer {
  checkKnown(name, options, ['beta1', 'beta2', 'epsilon', 'weightDecay'])
  const { beta1, beta2, epsilon, weightDecay } = options
  checkNumber('beta1', beta1, 0, 1)
  checkNumber('beta2', beta2, 0, 1)
  checkPositive('epsilon', epsilon, Infinity)
  checkNumber('weightDecay', weightDecay, 0, Infinity)
  const attributes = { beta1, beta2, epsilon, weightDecay, decoupled: name === 'adamw' }
  return {
    config: { name, beta1, beta2, epsilon, weightDecay },
    slots: ({ shape }) => ({ m: shape, v: shape }),
    scalars: (step) => ({ correction1: 1 - beta1 ** step, correction2: 1 - beta2 ** step }),
    update({ parameter, gradient, slots, learningRate, gradientScale, scalars }) {
      const {
        parameter: next,
        m,
        v,
      } = adamUpdate(
        {
          parameter,
          gradient,
          m: slots.m!,
          v: slots.v!,
          learningRate,
          correction1: scalars.correction1!,
          correction2: scalars.correction2!,
          gradientScale,
        },
        attributes,
      )
      return { parameter: next, slots: { m, v } }
    },
  }
}
