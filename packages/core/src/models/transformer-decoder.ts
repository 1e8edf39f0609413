import { OptionError } from '../errors.ts'
import type { Dim } from '../graph/dims.ts'
import { add, lessEqual, mul } from '../graph/elementwise.ts'
import { iota, reshape, take, zeros } from '../graph/movement.ts'
import { reduceMean } from '../graph/reduce.ts'
import type { Tensors } from '../graph/scan.ts'
import type { Tensor } from '../graph/tensor.ts'
import { projection } from '../nn/linear.ts'
import { normalization } from '../nn/normalization.ts'
import type { ParameterScope } from '../nn/parameter-scope.ts'
import { positions } from '../nn/positions.ts'
import type { Randomness } from '../nn/random.ts'
import { applyMask, maskFor } from '../nn/random.ts'
import type { DecodedSequence, Decoder, DecoderStep } from './decoder.ts'
import type { Encoded } from './encoder.ts'
import type { StepView } from './self-mixer.ts'
import type { TargetTables } from './tables.ts'
import type { TransformerDecoderConfig } from './transformer-config.ts'
import type { LayerOutput, SourceView, TransformerDecoderLayer } from './transformer-decoder-layer.ts'
import { transformerDecoderLayer } from './transformer-decoder-layer.ts'

type F = Tensor<'float'>
type I = Tensor<'int'>

/**
 * The decoder of the Transformer: target tokens, plus positions, through N layers that look at the tokens
 * so far and at the encoder's memory; then the output layer.
 *
 * Weights: `embedding`, `positions`, `layers.0` … as in `nn.TransformerDecoder`, `norm`, `output`, and
 * `memory_projection` where the encoder's states have another width.
 *
 * Source: Vaswani et al. 2017, arXiv:1706.03762, sections 3.1 and 3.4.
 */
export function transformerDecoder(
  scope: ParameterScope,
  config: TransformerDecoderConfig,
  encoderSize: number,
  tables: TargetTables,
): Decoder {
  const parts = declareParts(scope, config, encoderSize, tables)
  const { order, layers, caches } = parts
  return {
    caches,
    maxLength: order.maxLength,
    start(encoded) {
      return encoded.memory.trace.scoped('decoder', () => {
        const rows = encoded.memory.size(0)
        const state: Record<string, Tensor> = { position: zeros(encoded.memory, 'int', [rows]) }
        for (const { mixer } of layers) Object.assign(state, mixer.start(encoded.memory, rows))
        return { state, memory: memoryOf(parts, encoded) }
      })
    },
    step: (ids, state, memory) => ids.trace.scoped('decoder', () => stepOf(parts, ids, state, memory)),
    sequence(ids, encoded, options = {}) {
      if (options.isTeacher) refuseOwnPredictions()
      return ids.trace.scoped('decoder', () => sequenceOf(parts, ids, encoded, options.random))
    },
  }
}

type Parts = ReturnType<typeof declareParts>

function declareParts(
  scope: ParameterScope,
  config: TransformerDecoderConfig,
  encoderSize: number,
  tables: TargetTables,
) {
  const { modelSize, heads, norm } = config
  const parts = {
    config,
    scale: config.scaleEmbedding ? Math.sqrt(modelSize) : 1,
    table: tables.embedding(),
    order: positions(scope.in('positions'), config.positions, { size: modelSize, heads, isCausal: true }),
    memoryProjection:
      encoderSize === modelSize
        ? undefined
        : projection(scope.in('memory_projection'), encoderSize, modelSize, { bias: config.bias }),
    layers: Array.from({ length: config.layers }, (_, layer) =>
      transformerDecoderLayer(scope.in(`layers.${layer}`), config, `layers.${layer}`),
    ),
    finalNorm: config.finalNorm ? normalization(scope.in('norm'), norm, modelSize) : undefined,
    output: tables.output(modelSize),
  }
  return { ...parts, caches: parts.layers.flatMap((layer) => layer.mixer.caches) }
}

/** All tokens at once: each position sees those before it. */
function sequenceOf(parts: Parts, ids: I, encoded: Encoded, random?: Randomness): DecodedSequence {
  const { order, config } = parts
  const inner = random?.in('decoder')
  const at = iota(ids, [ids.size(1)])
  const view = { bias: order.bias(at, at), rotate: (heads: F) => order.rotate(heads, at) }
  const memory = memoryOf(parts, encoded)
  const embedded = ids.trace.mark('embedding', embed(parts, ids))
  const placed = ids.trace.mark('placed', order.add(embedded, at))
  const dropped = applyMask(placed, maskFor(inner, 'embedding', placed.shape, config.dropout))
  const { x, attention } = throughLayers(parts, dropped, (layer, states, name) =>
    layer.sequence(states, view, sourceView(memory, name), inner?.in(name)),
  )
  const logits = ids.trace.mark('logits', logitsOf(parts, ids.trace.mark('states', x)))
  return { logits, weights: lastLook(parts, attention), attention }
}

/** One token, a sequence of length 1 at `position`, that sees the tokens before it through the caches. */
function stepOf(parts: Parts, ids: I, state: Tensors, memory: Tensors): DecoderStep {
  const { order, config, caches } = parts
  const before = state.position as I
  const position = take(before, 0, 0)
  const view = stepView(parts, position, caches[0] && state[caches[0].name]!.size(2))
  const embedded = reshape(embed(parts, ids), [ids.size(0), 1, config.modelSize])
  const placed = order.add(embedded, reshape(position, [1]))
  const next: Record<string, Tensor> = { position: add(before, 1) }
  const made = throughLayers(parts, placed, (layer, states, name) => {
    const after = layer.step(states, state, view, sourceView(memory, name))
    Object.assign(next, after.state)
    return after
  })
  const looks = Object.entries(made.attention).map(([name, weights]) => [name, take(weights, 2, 0)])
  const attention: Record<string, F> = Object.fromEntries(looks)
  const logits = logitsOf(parts, take(made.x, 1, 0))
  return { logits, state: next, weights: lastLook(parts, attention), attention }
}

/** The layers one after another, with where each looked by name. */
function throughLayers(
  { layers }: Parts,
  embedded: F,
  run: (layer: TransformerDecoderLayer, x: F, name: string) => LayerOutput,
): LayerOutput {
  let x = embedded
  const attention: Record<string, F> = {}
  layers.forEach((layer, i) => {
    const name = `layers.${i}`
    const made = embedded.trace.scoped(name, () => run(layer, x, name))
    x = made.x
    for (const [each, weights] of Object.entries(made.attention)) attention[`${name}.${each}`] = weights
  })
  return { x, attention }
}

/** Token vectors, times √d (section 3.4). */
function embed({ table, scale }: Parts, ids: I): F {
  const embedded = table.apply(ids)
  return scale === 1 ? embedded : mul(embedded, scale)
}

function logitsOf({ finalNorm, output }: Parts, x: F): F {
  return output.apply(finalNorm ? finalNorm.apply(x) : x)
}

/** Keys and values of the encoder's memory for every layer, computed once for a source. */
function memoryOf({ memoryProjection, layers }: Parts, { memory, isReal }: Encoded): Tensors {
  const states = memoryProjection ? memoryProjection.apply(memory) : memory
  const tensors: Record<string, Tensor> = { isReal }
  layers.forEach((layer, i) => {
    const { key, value } = layer.memory(states)
    tensors[`layers.${i}.key`] = key
    tensors[`layers.${i}.value`] = value
  })
  return tensors
}

function sourceView(memory: Tensors, layer: string): SourceView {
  const [B, S] = memory.isReal!.shape as [Dim, Dim]
  return {
    key: memory[`${layer}.key`] as F,
    value: memory[`${layer}.value`] as F,
    isAllowed: reshape(memory.isReal as Tensor<'bool'>, [B, 1, 1, S]),
  }
}

/** A step sees the entries of the caches up to its own; without caches there is nothing to mask. */
function stepView({ order }: Parts, position: I, capacity: Dim | undefined): StepView {
  const at = reshape(position, [1])
  const rotate = (states: F) => order.rotate(states, at)
  if (capacity === undefined) return { position, isAllowed: undefined, bias: undefined, rotate }
  const entries = iota(position, [capacity])
  const isAllowed = reshape(lessEqual(entries, position), [1, 1, 1, capacity])
  return { position, isAllowed, bias: order.bias(at, entries), rotate }
}

/** The mean over heads of the last layer's attention at the source. */
function lastLook({ layers }: Parts, attention: Readonly<Record<string, F>>): F {
  return reduceMean(attention[`layers.${layers.length - 1}.multihead_attn`]!, { axes: [1] })
}

function refuseOwnPredictions(): never {
  throw new OptionError({
    option: 'scheduledSampling',
    problem: 'a Transformer reads all target tokens at once, so it has no prediction of its own to read',
    hint: 'leave it out, or use an RNN decoder',
  })
}
