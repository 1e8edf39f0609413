import { activations } from '../nn/feed-forward.ts'
import type { PositionsConfig } from '../nn/positions.ts'
import type { SourceConfig } from './config.ts'
import type { Fields, Reader } from './schema.ts'
import { byType, flag, numberFrom, object, oneOf, refuse, wholeNumber, withDefault } from './schema.ts'
import { source } from './source-config-reader.ts'
import type {
  TransformerDecoderConfig,
  TransformerEncoderConfig,
  TransformerStackConfig,
} from './transformer-config.ts'

const size = wholeNumber(1)
const rate = numberFrom(0, 1)

type PositionsOf<T extends PositionsConfig['type']> = Extract<PositionsConfig, { readonly type: T }>

const positions: Reader<PositionsConfig> = byType<PositionsConfig>({
  sinusoidal: object<PositionsOf<'sinusoidal'>>({ type: oneOf('sinusoidal') }),
  learned: object<PositionsOf<'learned'>>({ type: oneOf('learned'), length: size }),
  rotary: object<PositionsOf<'rotary'>>({ type: oneOf('rotary'), base: withDefault(size, 10000) }),
  relative: object<PositionsOf<'relative'>>({
    type: oneOf('relative'),
    buckets: withDefault(wholeNumber(4), 32),
    maxDistance: withDefault(size, 128),
  }),
  alibi: object<PositionsOf<'alibi'>>({ type: oneOf('alibi') }),
  none: object<PositionsOf<'none'>>({ type: oneOf('none') }),
})

/** Fields of either stack; what is left out is as in the base model of the paper. */
const stack: Omit<Fields<TransformerStackConfig>, 'modelSize'> = {
  layers: withDefault(size, 6),
  heads: withDefault(size, 8),
  keyHeads: withDefault(size, (before) => before.heads as number),
  feedForwardSize: withDefault(size, (before) => 4 * (before.modelSize as number)),
  activation: withDefault(oneOf(...activations), 'relu'),
  norm: withDefault(oneOf('layer', 'rms'), 'layer'),
  normPlacement: withDefault(oneOf('post', 'pre'), 'post'),
  finalNorm: withDefault(flag, (before) => before.normPlacement === 'pre'),
  positions: withDefault(positions, { type: 'sinusoidal' }),
  scaleEmbedding: withDefault(flag, true),
  bias: withDefault(flag, true),
  dropout: withDefault(rate, 0.1),
  attentionDropout: withDefault(rate, 0),
  activationDropout: withDefault(rate, 0),
}

/** Reads a Transformer encoder. */
export const transformerEncoder: Reader<TransformerEncoderConfig> = object<TransformerEncoderConfig>({
  type: oneOf('transformer'),
  input: withDefault<SourceConfig | undefined>(source, undefined) as never,
  modelSize: size,
  ...stack,
})

/** Reads a Transformer decoder. */
export const transformerDecoder: Reader<TransformerDecoderConfig> = object<TransformerDecoderConfig>({
  type: oneOf('transformer'),
  modelSize: size,
  ...stack,
  selfAttention: withDefault(oneOf('attention', 'ssru'), 'attention'),
  outputBias: withDefault(flag, true),
})

/** Refuses contradictions within a stack that stands at `path`. */
export function checkStack(config: TransformerStackConfig, path: string): void {
  const { modelSize, heads, keyHeads } = config
  if (modelSize % heads !== 0) {
    const problem = `${modelSize} features do not divide into ${heads} heads`
    refuse(`${path}.heads`, problem, 'use a divisor of modelSize')
  }
  if (heads % keyHeads !== 0) {
    const problem = `${heads} heads do not divide into ${keyHeads} groups`
    refuse(`${path}.keyHeads`, problem, 'use a divisor of heads, or leave it out')
  }
  checkPositions(config, path)
}

function checkPositions({ positions: order, modelSize, heads }: TransformerStackConfig, path: string): void {
  if (order.type === 'sinusoidal' && modelSize % 2 !== 0) {
    const problem = `a sine and a cosine need an even modelSize, not ${modelSize}`
    refuse(`${path}.positions`, problem, "change modelSize, or use 'learned'")
  }
  if (order.type === 'rotary' && (modelSize / heads) % 2 !== 0) {
    const problem = `pairs of features are turned, but a head has ${modelSize / heads}`
    refuse(`${path}.positions`, problem, 'use heads of an even size')
  }
  if (order.type !== 'relative') return
  if (order.buckets % 4 !== 0) {
    const problem = `${order.buckets} buckets do not divide into near and far, before and after`
    refuse(`${path}.positions.buckets`, problem, 'use a multiple of 4')
  }
  if (order.maxDistance <= order.buckets / 2) {
    const problem = `${order.buckets} buckets reach ${order.buckets / 2} one by one already`
    refuse(`${path}.positions.maxDistance`, problem, `use more than ${order.buckets / 2}`)
  }
}

/** Refuses contradictions within a decoder. */
export function checkTransformerDecoder(config: TransformerDecoderConfig): void {
  checkStack(config, 'decoder')
  if (config.selfAttention !== 'ssru') return
  const { type } = config.positions
  if (type === 'rotary' || type === 'relative' || type === 'alibi') {
    const problem = `'${type}' positions act in self-attention, but there is none`
    refuse('decoder.positions', problem, "use 'sinusoidal', 'learned' or 'none'")
  }
}
