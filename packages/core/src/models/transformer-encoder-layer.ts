import type { Tensor } from '../graph/tensor.ts'
import { feedForward } from '../nn/feed-forward.ts'
import { multiHeadAttention } from '../nn/multi-head-attention.ts'
import type { ParameterScope } from '../nn/parameter-scope.ts'
import type { Randomness } from '../nn/random.ts'
import { residual } from '../nn/residual.ts'
import type { TransformerStackConfig } from './transformer-config.ts'
import { attentionOptions, feedForwardOptions, residualOptions } from './transformer-config.ts'

type F = Tensor<'float'>

/** What every layer of an encoder needs to know of the batch. */
export interface EncoderView {
  /** [B, 1, 1, S], true for a real token. */
  readonly isAllowed: Tensor<'bool'>
  /** [1, H, S, S] added to the scores, if any. */
  readonly bias: F | undefined
  /** Turns heads [B, H, S, d] by their positions. */
  rotate(heads: F): F
}

/** One layer of the encoder: x [B, S, D] → x [B, S, D] and where each head looked, [B, H, S, S]. */
export interface TransformerEncoderLayer {
  apply(x: F, view: EncoderView, random?: Randomness): { x: F; weights: F }
}

/**
 * A layer of the encoder: self-attention updates the vectors (note steps 2 to 4), then a feed-forward net;
 * add & normalise around each (step 6). Weights as in `nn.TransformerEncoderLayer`.
 *
 * Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.1.
 */
export function transformerEncoderLayer(
  scope: ParameterScope,
  config: TransformerStackConfig,
): TransformerEncoderLayer {
  const selfAttention = multiHeadAttention(scope.in('self_attn'), attentionOptions(config))
  const net = feedForward(scope, feedForwardOptions(config))
  const first = residual(scope.in('norm1'), residualOptions(config))
  const second = residual(scope.in('norm2'), residualOptions(config))
  return {
    apply(x, { isAllowed, bias, rotate }, random) {
      const { trace } = x
      const attended = trace.scoped('self_attn', () => {
        const place = random?.in('self_attn')
        const states = first.before(x)
        const memory = selfAttention.memory(states, rotate)
        const look = selfAttention.look(states, memory, { isAllowed, bias, rotate, random: place })
        return { x: first.after(x, look.output, place), weights: look.weights }
      })
      const updated = trace.scoped('feed_forward', () => {
        const place = random?.in('feed_forward')
        return second.after(attended.x, net.apply(second.before(attended.x), place), place)
      })
      return { x: updated, weights: attended.weights }
    },
  }
}
