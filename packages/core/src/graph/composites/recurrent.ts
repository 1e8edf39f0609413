import { subDims } from '../dims.ts'
import { cast, not, select } from '../elementwise.ts'
import { concat, expandDims, slice } from '../movement.ts'
import type { Tensor } from '../tensor.ts'

/**
 * The state before each step: entry t is the state that step t began with.
 *
 * @param states  [T, B, H], the state after each step.
 * @param initial [B, H], before the first step (the last in time order when `reverse`).
 */
export function previousStates(
  states: Tensor<'float'>,
  initial: Tensor<'float'>,
  reverse: boolean,
): Tensor<'float'> {
  const rest = subDims(states.size(0), 1)
  const first = expandDims(initial, 0)
  return reverse
    ? concat([slice(states, 0, 1, rest), first], 0)
    : concat([first, slice(states, 0, 0, rest)], 0)
}

/** `real` where the step of a row is a real one, else `padded`; all of it real without a mask. */
export function whereReal(
  isReal: Tensor | undefined,
  real: Tensor<'float'>,
  padded: Tensor<'float'> | number,
): Tensor<'float'> {
  return isReal ? select(expandDims(isReal as Tensor<'bool'>, -1), real, padded) : real
}

/** [T, B, 1]: 1 at padding, 0 at real steps; undefined without a mask. */
export function paddingOf(isReal: Tensor | undefined): Tensor<'float'> | undefined {
  return isReal && expandDims(cast(not(isReal as Tensor<'bool'>), 'float'), -1)
}
