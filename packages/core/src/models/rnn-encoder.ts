import type { Dim } from '../graph/dims.ts'
import { less } from '../graph/elementwise.ts'
import { concat, expandDims, iota, transpose } from '../graph/movement.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Embedding } from '../nn/embedding.ts'
import type { ParameterScope } from '../nn/parameter-scope.ts'
import { applyMask, maskFor } from '../nn/random.ts'
import type { RnnState } from '../nn/rnn.ts'
import { rnn } from '../nn/rnn.ts'
import type { CellState } from '../nn/rnn-cell.ts'
import type { RnnEncoderConfig } from './config.ts'
import type { Encoder } from './encoder.ts'
import { sourceInput } from './source-input.ts'

/**
 * The encoder of the lecture note: a recurrent net that reads one token at a time,
 * h_t = f(x_t, h_{t−1}); its states are the memory, and the last one is the context vector C = h_T.
 *
 * Source: Sutskever et al. 2014, arXiv:1409.3215; Cho et al. 2014, arXiv:1406.1078.
 */
export function rnnEncoder(
  scope: ParameterScope,
  config: RnnEncoderConfig,
  declareEmbedding: () => Embedding,
): Encoder {
  const { embeddingSize, dropout, variational } = config
  const input = sourceInput(scope, config.input, embeddingSize, declareEmbedding)
  const layers = rnn(scope.in('rnn'), { ...config, inputSize: embeddingSize })
  return {
    outputSize: layers.outputSize,
    source: input.type,
    encode(source, sourceLengths, random) {
      return source.trace.scoped('encoder', () => {
        const inner = random?.in('encoder')
        const { x: embedded, lengths } = input.timeFirst(source, sourceLengths)
        const [S, B] = embedded.shape as [Dim, Dim]
        const isReal = less(expandDims(iota(source, [S]), 1), expandDims(lengths, 0))
        const maskShape = variational ? [B, embeddingSize] : embedded.shape
        const x = applyMask(embedded, maskFor(inner, 'embedding', maskShape, dropout))
        const { outputs, state } = layers.sequence(x, layers.zeroState(source.trace, B), {
          isReal,
          masks: layers.masks(inner?.in('rnn'), S, B),
        })
        const final = joinDirections(state, config.bidirectional)
        const { trace } = source
        const context = trace.mark('context', final.at(-1)!.hidden)
        const memory = trace.mark('states', transpose(outputs, [1, 0, 2]))
        trace.mark('embedding', transpose(embedded, [1, 0, 2]))
        return { memory, isReal: transpose(isReal), context, final }
      })
    },
  }
}

/** One state a layer: forward and backward side by side. */
function joinDirections(state: RnnState, bidirectional: boolean): CellState[] {
  if (!bidirectional) return [...state]
  const joined: CellState[] = []
  for (let i = 0; i < state.length; i += 2) {
    const [forward, backward] = [state[i]!, state[i + 1]!]
    const join = (a: Tensor<'float'>, b: Tensor<'float'>) => concat([a, b], 1)
    const hidden = join(forward.hidden, backward.hidden)
    joined.push(forward.cell ? { hidden, cell: join(forward.cell, backward.cell!) } : { hidden })
  }
  return joined
}
