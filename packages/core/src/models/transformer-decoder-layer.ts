import type { Tensors } from '../graph/scan.ts'
import type { Tensor } from '../graph/tensor.ts'
import { feedForward } from '../nn/feed-forward.ts'
import type { HeadMemory } from '../nn/multi-head-attention.ts'
import { multiHeadAttention } from '../nn/multi-head-attention.ts'
import type { ParameterScope } from '../nn/parameter-scope.ts'
import type { Randomness } from '../nn/random.ts'
import type { Residual } from '../nn/residual.ts'
import { residual } from '../nn/residual.ts'
import type { SelfMixer, SequenceView, StepView } from './self-mixer.ts'
import { selfMixer } from './self-mixer.ts'
import type { TransformerDecoderConfig } from './transformer-config.ts'
import { attentionOptions, feedForwardOptions, residualOptions } from './transformer-config.ts'

type F = Tensor<'float'>

/** The encoder's memory as a layer looks at it. */
export interface SourceView extends HeadMemory {
  /** [B, 1, 1, S], true for a real token. */
  readonly isAllowed: Tensor<'bool'>
}

/** What a layer gives; weights by the name of the sub-layer that looked. */
export interface LayerOutput {
  readonly x: F
  readonly attention: Readonly<Record<string, F>>
}

/** One layer of the decoder. */
export interface TransformerDecoderLayer {
  readonly mixer: SelfMixer
  /** Keys and values of the encoder's memory [B, S, D], the same at every step. */
  memory(encoded: F): HeadMemory
  /** All tokens at once: x [B, T, D] → x [B, T, D]. */
  sequence(x: F, view: SequenceView, source: SourceView, random?: Randomness): LayerOutput
  /** One token: x [R, 1, D] → x [R, 1, D] and the layer's state after it. */
  step(x: F, state: Tensors, view: StepView, source: SourceView): LayerOutput & { readonly state: Tensors }
}

/**
 * A layer of the decoder, where the lecture note did not look: self-attention over the tokens so far, then
 * attention over the encoder's memory, then a feed-forward net; add & normalise around each of the three.
 *
 * Weights as in `nn.TransformerDecoderLayer`; what a layer keeps between steps stands under `name`.
 *
 * Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.1 and figure 1.
 */
export function transformerDecoderLayer(
  scope: ParameterScope,
  config: TransformerDecoderConfig,
  name: string,
): TransformerDecoderLayer {
  const mixer = selfMixer(scope, config, name)
  const crossAttention = multiHeadAttention(scope.in('multihead_attn'), attentionOptions(config))
  const net = feedForward(scope, feedForwardOptions(config))
  const [first, second, third] = ['norm1', 'norm2', 'norm3'].map((each) =>
    residual(scope.in(each), residualOptions(config)),
  ) as [Residual, Residual, Residual]

  /** The three sub-layers in their order; `mix` is the first one. */
  function apply<M extends { output: F; weights?: F }>(
    x: F,
    source: SourceView,
    mix: (states: F, place?: Randomness) => M,
    random?: Randomness,
  ): LayerOutput & { mixed: M } {
    const { trace } = x
    const attention: Record<string, F> = {}
    const heard = trace.scoped(mixer.name, () => {
      const place = random?.in(mixer.name)
      const mixed = mix(first.before(x), place)
      if (mixed.weights) attention[mixer.name] = mixed.weights
      return { mixed, x: first.after(x, mixed.output, place) }
    })
    const seen = trace.scoped('multihead_attn', () => {
      const place = random?.in('multihead_attn')
      const { isAllowed } = source
      const look = crossAttention.look(second.before(heard.x), source, { isAllowed, random: place })
      attention.multihead_attn = look.weights
      return second.after(heard.x, look.output, place)
    })
    const thought = trace.scoped('feed_forward', () => {
      const place = random?.in('feed_forward')
      return third.after(seen, net.apply(third.before(seen), place), place)
    })
    return { x: thought, attention, mixed: heard.mixed }
  }

  return {
    mixer,
    memory: (encoded) => crossAttention.memory(encoded),
    sequence(x, view, source, random) {
      return apply(x, source, (states, place) => mixer.sequence(states, view, place), random)
    },
    step(x, state, view, source) {
      const { mixed, ...output } = apply(x, source, (states) => mixer.step(states, state, view))
      return { ...output, state: mixed.state }
    },
  }
}
