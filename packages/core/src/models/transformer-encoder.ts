import type { Dim } from '../graph/dims.ts'
import { cast, div, less, max, mul, select } from '../graph/elementwise.ts'
import { expandDims, iota, reshape } from '../graph/movement.ts'
import { reduceSum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Embedding } from '../nn/embedding.ts'
import { normalization } from '../nn/normalization.ts'
import type { ParameterScope } from '../nn/parameter-scope.ts'
import { positions } from '../nn/positions.ts'
import { applyMask, maskFor } from '../nn/random.ts'
import type { Encoder } from './encoder.ts'
import { sourceInput } from './source-input.ts'
import type { TransformerEncoderConfig } from './transformer-config.ts'
import { transformerEncoderLayer } from './transformer-encoder-layer.ts'

type F = Tensor<'float'>

/**
 * The encoder of the lecture note on Transformers: embeddings, plus positions, through N layers of
 * self-attention and feed-forward nets; the states of the last layer are the memory.
 *
 * Weights: `embedding`, `positions`, `layers.0` … as in `nn.TransformerEncoder`, `norm`.
 *
 * Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.1.
 */
export function transformerEncoder(
  scope: ParameterScope,
  config: TransformerEncoderConfig,
  declareEmbedding: () => Embedding,
): Encoder {
  const { modelSize, heads, norm, dropout } = config
  const input = sourceInput(scope, config.input, modelSize, declareEmbedding)
  // Frames come out of a convolution, which has a scale of its own.
  const scale = config.scaleEmbedding && config.input?.type !== 'frames' ? Math.sqrt(modelSize) : 1
  const order = positions(scope.in('positions'), config.positions, {
    size: modelSize,
    heads,
    isCausal: false,
  })
  const layers = Array.from({ length: config.layers }, (_, layer) =>
    transformerEncoderLayer(scope.in(`layers.${layer}`), config),
  )
  const finalNorm = config.finalNorm ? normalization(scope.in('norm'), norm, modelSize) : undefined
  return {
    outputSize: modelSize,
    maxLength: order.maxLength,
    source: input.type,
    encode(source, sourceLengths, random) {
      const { trace } = source
      return trace.scoped('encoder', () => {
        const inner = random?.in('encoder')
        const { x: embedded, lengths } = input.apply(source, sourceLengths)
        const [B, S] = embedded.shape as [Dim, Dim]
        const at = iota(source, [S])
        const isReal = less(expandDims(at, 0), expandDims(lengths, 1))

        // Note step 5: positions are added to the embeddings before the first layer.
        const scaled = trace.mark('embedding', scale === 1 ? embedded : mul(embedded, scale))
        const placed = trace.mark('placed', order.add(scaled, at))
        let x = applyMask(placed, maskFor(inner, 'embedding', placed.shape, dropout))

        const view = {
          isAllowed: reshape(isReal, [B, 1, 1, S]),
          bias: order.bias(at, at),
          rotate: (states: F) => order.rotate(states, at),
        }
        const attention: Record<string, F> = {}
        layers.forEach((layer, i) => {
          const name = `layers.${i}`
          const made = trace.scoped(name, () => layer.apply(x, view, inner?.in(name)))
          x = made.x
          attention[`${name}.self_attn`] = made.weights
        })
        const memory = select(expandDims(isReal, 2), finalNorm ? finalNorm.apply(x) : x, 0)
        trace.mark('states', memory)
        const context = trace.mark('context', meanOf(memory, lengths))
        return { memory, isReal, context, final: [{ hidden: context }], attention }
      })
    },
  }
}

/** The mean of real states: memory [B, S, D] with zeros at padding → [B, D]; zeros of an empty row. */
function meanOf(memory: F, lengths: Tensor<'int'>): F {
  const count = expandDims(cast(max(lengths, 1), 'float'), 1)
  return div(reduceSum(memory, { axes: [1] }), count)
}
