import type { Dim } from '../graph/dims.ts'
import { concat, zeros } from '../graph/movement.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Trace } from '../graph/trace.ts'
import type { ParameterScope } from './parameter-scope.ts'
import type { Randomness } from './random.ts'
import { applyMask, maskFor } from './random.ts'
import type { CellState, CellType, RnnCell } from './rnn-cell.ts'
import { rnnCell } from './rnn-cell.ts'

type F = Tensor<'float'>

/** A stack of recurrent layers. */
export interface RnnOptions {
  readonly cell: CellType
  readonly inputSize: number
  readonly hiddenSize: number
  readonly layers: number
  readonly bidirectional?: boolean
  /** Rate on the outputs of every layer but the last. */
  readonly dropout?: number
  /** One mask for all steps of a sequence instead of one each (Gal and Ghahramani 2016). */
  readonly variational?: boolean
  /** Rate on the state that the recurrent weights see; one mask for all steps. */
  readonly recurrentDropout?: number
}

/** State by layer; a bidirectional layer has the backward direction after the forward one. */
export type RnnState = readonly CellState[]

/** The masks of one forward pass. `perStep` are [T, B, H] for a sequence, and [B, H] in one step of it. */
export interface RnnMasks {
  readonly perStep: Readonly<Record<string, F>>
  readonly shared: Readonly<Record<string, F>>
}

/** A stack of recurrent layers over time-major sequences. */
export interface Rnn {
  readonly options: Required<RnnOptions>
  /** Features of an output: hiddenSize, twice that when bidirectional. */
  readonly outputSize: number
  /** [B, H] zeros for every layer and direction. */
  zeroState(trace: Trace, batch: Dim): RnnState
  /** The dropout masks of a pass over `steps` steps; none without randomness. */
  masks(random: Randomness | undefined, steps: Dim, batch: Dim): RnnMasks
  /** One step, [B, inputSize] → [B, hiddenSize]; not for a bidirectional stack. */
  step(x: F, state: RnnState, masks?: RnnMasks): { output: F; state: RnnState }
  /** [T, B, inputSize] → outputs [T, B, outputSize], 0 at padding, and each row's state after its last real step. */
  sequence(
    x: F,
    initial: RnnState,
    options?: { readonly isReal?: Tensor<'bool'>; readonly masks?: RnnMasks },
  ): { outputs: F; state: RnnState }
}

const noMasks: RnnMasks = { perStep: {}, shared: {} }

/** Declares a stack of recurrent layers with PyTorch's names for the weights (`weight_ih_l0`, …). */
export function rnn(scope: ParameterScope, given: RnnOptions): Rnn {
  const options: Required<RnnOptions> = {
    bidirectional: false,
    dropout: 0,
    variational: false,
    recurrentDropout: 0,
    ...given,
  }
  const { cell, inputSize, hiddenSize, layers, bidirectional } = options
  const directions = bidirectional ? 2 : 1
  const outputSize = hiddenSize * directions
  const cells: RnnCell[] = []
  for (let layer = 0; layer < layers; layer++) {
    for (let direction = 0; direction < directions; direction++) {
      const suffix = `_l${layer}${direction === 1 ? '_reverse' : ''}`
      cells.push(rnnCell(scope, cell, suffix, layer === 0 ? inputSize : outputSize, hiddenSize))
    }
  }
  const between = (layer: number, masks: RnnMasks): F | undefined =>
    masks.perStep[`layer.${layer}`] ?? masks.shared[`layer.${layer}`]

  return {
    options,
    outputSize,
    zeroState: (trace, batch) =>
      cells.map(({ hasCell }) => {
        const none = zeros(trace, 'float', [batch, hiddenSize])
        return hasCell ? { hidden: none, cell: none } : { hidden: none }
      }),
    masks(random, steps, batch) {
      const perStep: Record<string, F> = {}
      const shared: Record<string, F> = {}
      for (let layer = 0; layer + 1 < layers; layer++) {
        const name = `layer.${layer}`
        const shape = options.variational ? [batch, outputSize] : [steps, batch, outputSize]
        const mask = maskFor(random, name, shape, options.dropout)
        if (mask) (options.variational ? shared : perStep)[name] = mask
      }
      cells.forEach((_, i) => {
        const mask = maskFor(random, `recurrent.${i}`, [batch, hiddenSize], options.recurrentDropout)
        if (mask) shared[`recurrent.${i}`] = mask
      })
      return { perStep, shared }
    },
    step(x, state, masks = noMasks) {
      const next: CellState[] = []
      let output = x
      for (let layer = 0; layer < layers; layer++) {
        const after = cells[layer]!.step(
          cells[layer]!.project(output),
          state[layer]!,
          masks.shared[`recurrent.${layer}`],
        )
        next.push(after)
        output = layer + 1 < layers ? applyMask(after.hidden, between(layer, masks)) : after.hidden
      }
      return { output, state: next }
    },
    sequence(x, initial, { isReal, masks = noMasks } = {}) {
      const state: CellState[] = []
      let outputs = x
      for (let layer = 0; layer < layers; layer++) {
        const parts: F[] = []
        for (let direction = 0; direction < directions; direction++) {
          const at = layer * directions + direction
          const { states, final } = cells[at]!.sequence(cells[at]!.project(outputs), initial[at]!, {
            isReal,
            reverse: direction === 1,
            hiddenMask: masks.shared[`recurrent.${at}`],
          })
          parts.push(states)
          state.push(final)
        }
        outputs = concat(parts, -1)
        if (layer + 1 < layers) outputs = applyMask(outputs, between(layer, masks))
      }
      return { outputs, state }
    },
  }
}
