import { gru, gruCell } from '../graph/composites/gru.ts'
import { lstm, lstmCell } from '../graph/composites/lstm.ts'
import { whereReal } from '../graph/composites/recurrent.ts'
import { add, mul, relu, tanh } from '../graph/elementwise.ts'
import { matmul } from '../graph/matmul.ts'
import { take } from '../graph/movement.ts'
import { scan } from '../graph/scan.ts'
import type { Parameter, Tensor } from '../graph/tensor.ts'
import { uniformFor } from './initialize.ts'
import type { ParameterScope } from './parameter-scope.ts'

type F = Tensor<'float'>

/** Which recurrence: plain (Elman) with tanh or ReLU, LSTM, or GRU with the reset gate after or before the product. */
export type CellType = 'elman' | 'elman-relu' | 'lstm' | 'gru' | 'gru-reset-before'

/** State of one layer in one direction, each [B, H]; an LSTM has a cell beside its hidden state. */
export interface CellState {
  readonly hidden: F
  readonly cell?: F
}

/** One recurrent layer in one direction, its input projection apart so that it can be one product for all steps. */
export interface RnnCell {
  readonly hasCell: boolean
  /** [..., inputSize] → [..., gates · H], with the biases that can be added in advance. */
  project(x: F): F
  /** One step: projection [B, gates · H]; `hiddenMask` [B, H] multiplies the state that the weights see. */
  step(projection: F, state: CellState, hiddenMask?: F): CellState
  /**
   * All steps: projection [T, B, gates · H] → states [T, B, H] (0 at padding) and the state after the
   * last real step of each row.
   */
  sequence(projection: F, initial: CellState, options: SequenceOptions): { states: F; final: CellState }
}

/** What a sequence may have: padding, the other direction, a mask on the recurrent state. */
export interface SequenceOptions {
  /** [T, B], false at padding. */
  readonly isReal?: Tensor<'bool'> | undefined
  readonly reverse?: boolean
  /** [B, H], the same in every step: variational dropout on the recurrent connection. */
  readonly hiddenMask?: F | undefined
}

const gatesOf: Readonly<Record<CellType, number>> = {
  elman: 1,
  'elman-relu': 1,
  lstm: 4,
  gru: 3,
  'gru-reset-before': 3,
}

/**
 * A recurrent layer in one direction with PyTorch's weights: `weight_ih`, `weight_hh`, `bias_ih`,
 * `bias_hh`, each with the suffix (`_l0`, `_l1_reverse`), uniform in ±1/√H at the start.
 */
export function rnnCell(
  scope: ParameterScope,
  type: CellType,
  suffix: string,
  inputSize: number,
  hiddenSize: number,
): RnnCell {
  const width = gatesOf[type] * hiddenSize
  const start = uniformFor(hiddenSize)
  const weights = {
    weightIh: scope.declare(`weight_ih${suffix}`, [width, inputSize], start),
    weightHh: scope.declare(`weight_hh${suffix}`, [width, hiddenSize], start),
    biasIh: scope.declare(`bias_ih${suffix}`, [width], start),
    biasHh: scope.declare(`bias_hh${suffix}`, [width], start),
  }
  const isGru = type === 'gru' || type === 'gru-reset-before'
  const project = (x: F): F => {
    const product = add(matmul(x, weights.weightIh, { transposeB: true }), weights.biasIh)
    // The reset gate multiplies part of a GRU's second bias, so that one stays with the state.
    return isGru ? product : add(product, weights.biasHh)
  }
  const step = stepOf(type, weights)
  return {
    hasCell: type === 'lstm',
    project,
    step: (projection, state, hiddenMask) => step(projection, state, masked(state.hidden, hiddenMask)),
    sequence(projection, initial, options) {
      const fused = options.hiddenMask
        ? undefined
        : fusedSequence(type, weights, projection, initial, options)
      return fused ?? steppedSequence(step, projection, initial, options)
    },
  }
}

type Weights = Readonly<Record<'weightIh' | 'weightHh' | 'biasIh' | 'biasHh', Parameter>>

/** One step; `seen` is the hidden state that the weights multiply, masked or not. */
type Step = (projection: F, state: CellState, seen: F) => CellState

function stepOf(type: CellType, { weightHh, biasHh }: Weights): Step {
  switch (type) {
    case 'lstm':
      return (x, state, seen) => {
        const { hidden, cell } = lstmCell(x, weightHh, seen, state.cell!)
        return { hidden, cell }
      }
    case 'gru':
    case 'gru-reset-before': {
      const cellWeights = { weightHh, biasHh, resetAfter: type === 'gru' }
      return (x, _, seen) => ({ hidden: gruCell(x, cellWeights, seen).hidden })
    }
    default: {
      const activation = type === 'elman' ? tanh : relu
      return (x, _, seen) => ({ hidden: activation(add(x, matmul(seen, weightHh, { transposeB: true }))) })
    }
  }
}

function fusedSequence(
  type: CellType,
  { weightHh, biasHh }: Weights,
  xProjection: F,
  initial: CellState,
  { isReal, reverse = false }: SequenceOptions,
): { states: F; final: CellState } | undefined {
  const common = { xProjection, weightHh, hidden: initial.hidden, isReal, reverse }
  const last = (states: F) => (reverse ? take(states, 0, 0) : take(states, 0, 'last'))
  if (type === 'lstm') {
    const { states, cells } = lstm({ ...common, cell: initial.cell! })
    return { states: whereReal(isReal, states, 0), final: { hidden: last(states), cell: last(cells) } }
  }
  if (type === 'gru' || type === 'gru-reset-before') {
    const { states } = gru({ ...common, biasHh, resetAfter: type === 'gru' })
    return { states: whereReal(isReal, states, 0), final: { hidden: last(states) } }
  }
  return undefined
}

function steppedSequence(
  step: Step,
  projection: F,
  initial: CellState,
  { isReal, reverse = false, hiddenMask }: SequenceOptions,
): { states: F; final: CellState } {
  const xs: Record<string, Tensor> = isReal ? { x: projection, isReal } : { x: projection }
  const loop = { carry: initial as unknown as Record<string, F>, xs, reverse }
  const { carry, ys } = scan('rnn', projection.trace, loop, (state, now) => {
    const before = state as unknown as CellState
    const after = step(now.x as F, before, masked(before.hidden, hiddenMask))
    const hidden = whereReal(now.isReal, after.hidden, before.hidden)
    const next: Record<string, F> = { hidden }
    if (after.cell) next.cell = whereReal(now.isReal, after.cell, before.cell!)
    return { carry: next, ys: { states: whereReal(now.isReal, after.hidden, 0) } }
  })
  return { states: ys.states, final: carry as unknown as CellState }
}

function masked(hidden: F, mask: F | undefined): F {
  return mask ? mul(hidden, mask) : hidden
}
