import { tanh } from '../graph/elementwise.ts'
import { linear } from '../nn/linear.ts'
import type { ParameterScope } from '../nn/parameter-scope.ts'
import type { RnnState } from '../nn/rnn.ts'
import type { CellState } from '../nn/rnn-cell.ts'
import type { RnnDecoderConfig } from './config.ts'
import type { Encoded } from './encoder.ts'

/** Makes a decoder's first state from what the encoder ended with. */
export type Bridge = (encoded: Encoded, zero: RnnState) => RnnState

/**
 * How the reader hands over to the writer: `copy` each layer's last state (an LSTM cell that the
 * encoder does not have starts at zero), `zero`, or `dense`: tanh(W C + b) for each layer, with C
 * the encoder's last state (Bahdanau et al. 2015, arXiv:1409.0473, appendix A.2.2).
 */
export function bridge(scope: ParameterScope, config: RnnDecoderConfig, encoderSize: number): Bridge {
  if (config.bridge === 'zero') return (_, zero) => zero
  if (config.bridge === 'copy') {
    return ({ final }, zero) =>
      zero.map((none, layer) => {
        const { hidden, cell } = final[layer]!
        return none.cell ? { hidden, cell: cell ?? none.cell } : { hidden }
      })
  }
  const hasCell = config.cell === 'lstm'
  const layers = Array.from({ length: config.layers }, (_, layer) => ({
    hidden: linear(scope.in(`${layer}.hidden`), encoderSize, config.hiddenSize),
    cell: hasCell ? linear(scope.in(`${layer}.cell`), encoderSize, config.hiddenSize) : undefined,
  }))
  return ({ final, context }) =>
    layers.map(({ hidden, cell }): CellState => {
      const state = tanh(hidden.apply(context))
      if (!cell) return { hidden: state }
      return { hidden: state, cell: tanh(cell.apply(final.at(-1)?.cell ?? context)) }
    })
}
