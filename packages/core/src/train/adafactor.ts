import { OptionError } from '../errors.ts'
import { add, div, max, mul, sqrt, sub } from '../graph/elementwise.ts'
import { reduceMean } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'
import { checkKnown, checkNumber, checkPositive } from './check.ts'
import type { Optimizer } from './optimizer.ts'
import { scaled } from './sgd.ts'

/** Options of {@link adafactor}. */
export interface AdafactorOptions {
  /** The second moment forgets as 1 − t^decay; 0 or below. Default −0.8. */
  readonly beta2Decay?: number
  /** Floor under the second moment, above 0. Default 2⁻²³, the machine epsilon of float32. */
  readonly epsilon1?: number
  /** Floor under the size of a weight in the relative step. Default 1e-3. */
  readonly epsilon2?: number
  /** Updates whose root mean square is above this are scaled down to it; above 0. Default 1. */
  readonly clip?: number
  /** Decoupled. Default 0. */
  readonly weightDecay?: number
}

type F = Tensor<'float'>

function rootMeanSquare(x: F): F {
  return sqrt(reduceMean(mul(x, x)))
}

/**
 * Adafactor: of a matrix it remembers row and column means of the squared gradient only. The step is
 * relative to the size of the weight, with the learning rate as its upper bound: min(lr, 1/√t).
 *
 * Source: Shazeer and Stern 2018, arXiv:1804.04235, algorithms 4 and 5; where the floors stand is
 * PyTorch's choice.
 */
export function adafactor(options: AdafactorOptions = {}): Optimizer {
  checkKnown('adafactor', options, ['beta2Decay', 'epsilon1', 'epsilon2', 'clip', 'weightDecay'])
  const { beta2Decay = -0.8, epsilon1 = 2 ** -23, epsilon2 = 1e-3, clip = 1, weightDecay = 0 } = options
  if (!(beta2Decay <= 0 && beta2Decay > -Infinity)) {
    throw new OptionError({ option: 'beta2Decay', problem: `${beta2Decay} is not 0 or a negative number` })
  }
  checkPositive('epsilon1', epsilon1, Infinity)
  checkNumber('epsilon2', epsilon2, 0, Infinity)
  checkPositive('clip', clip, Infinity)
  checkNumber('weightDecay', weightDecay, 0, Infinity)
  return {
    config: { name: 'adafactor', beta2Decay, epsilon1, epsilon2, clip, weightDecay },
    slots: ({ shape }) =>
      shape.length === 2 ? { rows: [shape[0]!, 1], columns: [1, shape[1]!] } : { variance: shape },
    scalars: (step, learningRate) => ({
      beta2: 1 - step ** beta2Decay,
      relativeStep: Math.min(learningRate, 1 / Math.sqrt(step)),
    }),
    update({ parameter, gradient, slots, learningRate, gradientScale, scalars }) {
      const g = scaled(gradient, gradientScale)
      const square = mul(g, g)
      const beta2 = scalars.beta2!
      const average = (before: F, now: F) => add(mul(before, beta2), mul(now, sub(1, beta2)))
      const alpha = mul(max(epsilon2, rootMeanSquare(parameter)), scalars.relativeStep!)
      const start = weightDecay > 0 ? mul(parameter, sub(1, mul(learningRate, weightDecay))) : parameter
      let variance: F
      let next: Record<string, F>
      if (slots.rows && slots.columns) {
        const rows = average(slots.rows, reduceMean(square, { axes: [1], keepDims: true }))
        const columns = average(slots.columns, reduceMean(square, { axes: [0], keepDims: true }))
        variance = div(mul(rows, columns), max(reduceMean(rows), epsilon1))
        next = { rows, columns }
      } else {
        variance = average(slots.variance!, square)
        next = { variance }
      }
      // Not √max(V, ε²), which is the same but for float32, where the square of 1e-30 is 0.
      const update = div(g, max(sqrt(variance), epsilon1))
      const clipped = max(1, div(rootMeanSquare(update), clip))
      return { parameter: sub(start, mul(alpha, div(update, clipped))), slots: next }
    },
  }
}
