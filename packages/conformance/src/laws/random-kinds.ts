import type { PositionsConfig } from '@dragoman/core'
import { Generator } from '../generator.ts'
import type { TransformerKind } from './transformer-kinds.ts'

const positionChoices: readonly PositionsConfig[] = [
  { type: 'sinusoidal' },
  { type: 'learned', length: 12 },
  { type: 'rotary', base: 50 },
  { type: 'relative', buckets: 4, maxDistance: 4 },
  { type: 'relative', buckets: 8, maxDistance: 6 },
  { type: 'alibi' },
  { type: 'none' },
]
const withoutAttention: readonly PositionsConfig[] = [
  { type: 'sinusoidal' },
  { type: 'learned', length: 12 },
  { type: 'none' },
]
const headChoices = [
  { heads: 1, keyHeads: 1 },
  { heads: 2, keyHeads: 2 },
  { heads: 2, keyHeads: 1 },
  { heads: 4, keyHeads: 4 },
  { heads: 4, keyHeads: 2 },
  { heads: 4, keyHeads: 1 },
] as const
const activationChoices = ['relu', 'gelu', 'gelu-tanh', 'silu', 'swiglu', 'geglu'] as const
const frames = { features: 3, reduction: 4 }

interface Side {
  readonly name: string
  readonly config: object
}

/** A stack whose every choice is drawn. */
function randomStack(draw: Generator, positions: readonly PositionsConfig[]): Side {
  const order = draw.pick(positions)
  const [norm, placement] = [draw.pick(['layer', 'rms']), draw.pick(['post', 'pre'])]
  const { heads, keyHeads } = draw.pick(headChoices)
  const activation = draw.pick(activationChoices)
  const flags = {
    finalNorm: draw.pick([true, false]),
    scaleEmbedding: draw.pick([true, false]),
    bias: draw.pick([true, false]),
  }
  const sizes = { modelSize: 8, feedForwardSize: draw.integer(3, 9), heads, keyHeads }
  const config = {
    type: 'transformer',
    ...sizes,
    positions: order,
    norm,
    normPlacement: placement,
    activation,
  }
  return {
    name: `${order.type} ${placement} ${norm} ${keyHeads} of ${heads} heads ${activation}`,
    config: { ...config, ...flags },
  }
}

function randomEncoder(draw: Generator): Side & { readonly frames?: TransformerKind['frames'] } {
  const type = draw.pick(['transformer', 'transformer', 'speech', 'rnn'])
  if (type === 'rnn') {
    const config = { type: 'rnn', cell: 'gru', embeddingSize: 3, hiddenSize: draw.integer(3, 8) }
    return { name: 'GRU', config: { ...config, bidirectional: draw.pick([true, false]) } }
  }
  const { name, config } = randomStack(draw, positionChoices)
  if (type === 'transformer') return { name, config }
  const input = { type: 'frames', features: frames.features, kernel: draw.pick([1, 3, 5]), strides: [4] }
  return { name: `speech ${name}`, config: { ...config, input }, frames }
}

function randomDecoder(draw: Generator): Side {
  if (draw.integer(0, 2) > 0) return randomStack(draw, positionChoices)
  const { name, config } = randomStack(draw, withoutAttention)
  return { name: `SSRU ${name}`, config: { ...config, selfAttention: 'ssru' } }
}

function randomKind(seed: number): TransformerKind {
  const draw = new Generator(seed, 'kind of model')
  const [encoder, decoder] = [randomEncoder(draw), randomDecoder(draw)]
  return {
    type: 'transformer',
    name: `random configuration ${seed} (${encoder.name}; ${decoder.name})`,
    encoder: encoder.config,
    decoder: decoder.config,
    hasAttention: true,
    isRecurrent: false,
    ...(encoder.frames ? { frames: encoder.frames } : {}),
  }
}

/** Transformers and mixtures whose every choice is drawn, on each side for itself. */
export function randomKinds(count: number): TransformerKind[] {
  return Array.from({ length: count }, (_, seed) => randomKind(seed))
}
