import type { Parameter, Tensor } from '../graph/tensor.ts'

type F = Tensor<'float'>

/** What the update of one weight sees; all of it is part of the step's graph. */
export interface UpdateInputs {
  readonly parameter: F
  readonly gradient: F
  /** The optimizer's memory of this weight (moments), by the names of `slots`. */
  readonly slots: Readonly<Record<string, F>>
  /** Scalar. */
  readonly learningRate: F
  /** Scalar that multiplies the gradient first. 0 means that there is none, even where it is NaN. */
  readonly gradientScale: F
  /** Scalars of this step, by the names of `scalars`. */
  readonly scalars: Readonly<Record<string, F>>
}

/**
 * How weights follow their gradients. The update is part of the training graph; what depends on the
 * step alone is computed outside, in float64, and comes in as scalars.
 */
export interface Optimizer {
  /** Plain data that a checkpoint keeps: a run goes on only with the same. */
  readonly config: Readonly<Record<string, string | number | boolean>>
  /** Names and shapes of what it remembers of a weight; all of it starts at 0. */
  slots(parameter: Parameter): Readonly<Record<string, readonly number[]>>
  /** Numbers that depend on the step (from 1) and its learning rate alone. */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>
  /** The weight and the slots after the step. */
  update(inputs: UpdateInputs): { readonly parameter: F; readonly slots: Readonly<Record<string, F>> }
}
