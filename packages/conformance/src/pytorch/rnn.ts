import type { CellType, RnnState, Tensor, Trace } from '@dragoman/core'
import { constant, ParameterScope, rnn, stack, take, transpose } from '@dragoman/core'
import file from '../../goldens/rnn.json' with { type: 'json' }
import type { ConformanceCase } from '../case.ts'
import type { FixtureFile, GradientFixture, Rebuilt } from './fixture.ts'
import { goldenCase } from './fixture.ts'

type F = Tensor<'float'>

interface RnnConfig {
  readonly cell: 'rnn-tanh' | 'rnn-relu' | 'lstm' | 'gru' | 'gru-reset-before'
  readonly layers: number
  readonly bidirectional: boolean
  readonly initialState: 'zero' | 'given'
  readonly lengths: readonly number[] | null
  readonly inputSize: number
  readonly hiddenSize: number
}

const cells: Readonly<Record<RnnConfig['cell'], CellType>> = {
  'rnn-tanh': 'elman',
  'rnn-relu': 'elman-relu',
  lstm: 'lstm',
  gru: 'gru',
  'gru-reset-before': 'gru-reset-before',
}

/** [B, S], true before each length; all true without lengths. */
export function isRealOf(
  place: Trace,
  lengths: readonly number[] | null,
  rows: number,
  size: number,
): Tensor<'bool'> {
  const bits: number[] = []
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < size; at++) bits.push(lengths === null || at < lengths[row]! ? 1 : 0)
  }
  return constant(place, 'bool', [rows, size], bits)
}

/** The state of each layer from [layers · directions, B, H] each. */
export function stateOf(hidden: F, cell: F | undefined): RnnState {
  return Array.from({ length: hidden.size(0) as number }, (_, layer) =>
    cell
      ? { hidden: take(hidden, 0, layer), cell: take(cell, 0, layer) }
      : { hidden: take(hidden, 0, layer) },
  )
}

function build(place: Trace, inputs: Readonly<Record<string, F>>, config: RnnConfig): Rebuilt {
  const { layers, bidirectional, lengths, inputSize, hiddenSize } = config
  const scope = new ParameterScope()
  const stackOf = rnn(scope, { cell: cells[config.cell], inputSize, hiddenSize, layers, bidirectional })
  const [B, T] = inputs.input!.shape as [number, number]
  const initial = inputs.h_0 ? stateOf(inputs.h_0, inputs.c_0) : stackOf.zeroState(place, B)
  const isReal = lengths ? { isReal: transpose(isRealOf(place, lengths, B, T)) } : {}
  const { outputs, state } = stackOf.sequence(transpose(inputs.input!, [1, 0, 2]), initial, isReal)
  const cellsAfter = state.flatMap(({ cell }) => (cell ? [cell] : []))
  return {
    outputs: {
      output: transpose(outputs, [1, 0, 2]),
      h_n: stack(state.map(({ hidden }) => hidden)),
      ...(cellsAfter.length > 0 ? { c_n: stack(cellsAfter) } : {}),
    },
    parameters: scope.all(),
  }
}

/** Recurrent layers against torch.nn.RNN, LSTM and GRU. */
export function rnnGoldens(): ConformanceCase[] {
  const { cases } = file as unknown as FixtureFile<GradientFixture<RnnConfig>>
  return cases.map((fixture) => goldenCase('rnn', fixture, '', build))
}
