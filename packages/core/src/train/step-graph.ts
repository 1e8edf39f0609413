import { add, div, equal, select, sub } from '../graph/elementwise.ts'
import type { Graph } from '../graph/graph.ts'
import { constant, zeros } from '../graph/movement.ts'
import type { Parameter, Tensor } from '../graph/tensor.ts'
import type { Trace } from '../graph/trace.ts'
import { trace } from '../graph/trace.ts'
import type { Model } from '../models/model.ts'
import { clipByValue, clipFactor, globalNorm } from './clip.ts'
import type { EmaOptions } from './ema.ts'
import { emaName, emaUpdate } from './ema.ts'
import type { LossOptions } from './loss.ts'
import { batchLoss, gradientsOf } from './loss.ts'
import type { Optimizer } from './optimizer.ts'

type F = Tensor<'float'>

/** What of a run decides its graphs. */
export interface StepOptions extends Omit<LossOptions, 'isTraining'> {
  readonly optimizer: Optimizer
  /** Limit of the global norm of the gradients; 0 for none. */
  readonly clipNorm: number
  /** Limit of each element of a gradient; 0 for none. */
  readonly clipValue: number
  /** Keeps a moving average of the weights. */
  readonly ema?: EmaOptions | undefined
}

/** Name of an optimizer's memory of a weight in the session's state. */
export function slotName(slot: string, path: string): string {
  return `optimizer.${slot}.${path}`
}

/** Name of the sum of a weight's gradients while batches are accumulated. */
export function accumulatorName(path: string): string {
  return `gradient.${path}`
}

/**
 * One training step as a graph: forward, backward, clipping, update.
 *
 * Inputs: a batch, `randomKey` int [3], `learningRate`, the optimizer's scalars and with `ema` its
 * `emaRate`, the weights, the optimizer's memory and the moving averages. Outputs: `loss` (nats per real target token, smoothed if asked for),
 * `gradientNorm` (before clipping), and under their own names weights, memory and averages after the step.
 * When the loss or the norm is not finite, the weights stay as they were.
 */
export function stepGraph(model: Model, options: StepOptions): Graph {
  return trace('train', (t) => {
    const { sum, tokens } = batchLoss(model, t, { ...options, isTraining: true })
    const loss = div(sum, tokens)
    const updated = applyGradients(model, t, options, gradientsOf(model, t, loss), loss)
    return { loss, ...updated }
  })
}

/**
 * One of several batches of a step: adds the gradients of the summed loss to the accumulators.
 * Outputs `lossSum`, `tokens`, and the accumulators under their own names.
 */
export function accumulateGraph(model: Model, options: StepOptions): Graph {
  return trace('accumulate', (t) => {
    const { sum, tokens } = batchLoss(model, t, { ...options, isTraining: true })
    const totals: Record<string, Tensor> = { lossSum: sum, tokens }
    gradientsOf(model, t, sum).forEach((gradient, i) => {
      const { path, shape } = model.parameters[i]!
      const name = accumulatorName(path)
      totals[name] = add(t.input(name, 'float', shape), gradient)
    })
    return totals
  })
}

/**
 * The step after accumulation: scales the sums to the mean over `tokens`, clips and updates, and
 * sets the accumulators back to 0.
 */
export function applyGraph(model: Model, options: StepOptions): Graph {
  return trace('apply', (t) => {
    const tokens = t.input('tokens', 'float', [])
    const loss = t.input('loss', 'float', [])
    const sums = model.parameters.map(({ path, shape }) => t.input(accumulatorName(path), 'float', shape))
    const updated = applyGradients(
      model,
      t,
      options,
      sums.map((sum) => div(sum, tokens)),
      loss,
    )
    const cleared = model.parameters.map(({ path, shape }) => [
      accumulatorName(path),
      zeros(t, 'float', shape),
    ])
    return { ...updated, ...Object.fromEntries(cleared) }
  })
}

function applyGradients(
  model: Model,
  t: Trace,
  { optimizer, clipNorm, clipValue, ema }: StepOptions,
  raw: readonly F[],
  loss: F,
): Record<string, Tensor> {
  return t.scoped('optimizer', () => {
    const gradientNorm = globalNorm(raw)
    const clipped = clipValue > 0 ? raw.map((gradient) => clipByValue(gradient, clipValue)) : raw
    const learningRate = t.input('learningRate', 'float', [])
    const scalars = Object.fromEntries(
      Object.keys(optimizer.scalars(1, 0)).map((name) => [name, t.input(name, 'float', [])]),
    )
    // x − x is 0 for a finite x alone: if it is not, nothing moves, and the loop can say what broke.
    const signal = add(gradientNorm, loss)
    const isUsable = equal(sub(signal, signal), 0)
    const norm = clipValue > 0 ? globalNorm(clipped) : gradientNorm
    const scale = clipNorm > 0 ? clipFactor(norm, clipNorm) : constant(t, 'float', [], [1])
    const rate = select<'float'>(isUsable, learningRate, 0)
    const gradientScale = select<'float'>(isUsable, scale, 0)
    const shadowRate = ema && t.input('emaRate', 'float', [])
    const outputs: Record<string, Tensor> = { gradientNorm }
    model.parameters.forEach((parameter, i) => {
      const shapes = optimizer.slots(parameter)
      const slots = Object.fromEntries(
        Object.entries(shapes).map(([slot, shape]) => [
          slot,
          t.input(slotName(slot, parameter.path), 'float', shape),
        ]),
      )
      const next = optimizer.update({
        parameter: t.parameter(parameter),
        gradient: clipped[i]!,
        slots,
        learningRate: rate,
        gradientScale,
        scalars,
      })
      outputs[parameter.path] = next.parameter
      if (shadowRate) {
        const name = emaName(parameter.path)
        outputs[name] = emaUpdate(t.input(name, 'float', parameter.shape), next.parameter, shadowRate)
      }
      for (const [slot, value] of Object.entries(next.slots)) outputs[slotName(slot, parameter.path)] = value
    })
    return outputs
  })
}

/** Weights and what an optimizer remembers of them: names and shapes of the state that a step needs. */
export function optimizerState(
  parameters: readonly Parameter[],
  optimizer: Optimizer,
): { readonly name: string; readonly shape: readonly number[] }[] {
  return parameters.flatMap((parameter) =>
    Object.entries(optimizer.slots(parameter)).map(([slot, shape]) => ({
      name: slotName(slot, parameter.path),
      shape,
    })),
  )
}
