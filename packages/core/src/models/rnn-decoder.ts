import type { Dim } from '../graph/dims.ts'
import { add, select, tanh } from '../graph/elementwise.ts'
import { broadcast, concat, expandDims, squeeze, take, transpose, zeros } from '../graph/movement.ts'
import { argMax } from '../graph/reduce.ts'
import type { Tensors } from '../graph/scan.ts'
import { scan } from '../graph/scan.ts'
import type { Tensor } from '../graph/tensor.ts'
import { attention } from '../nn/attention.ts'
import { linear } from '../nn/linear.ts'
import type { ParameterScope } from '../nn/parameter-scope.ts'
import { applyMask, maskFor } from '../nn/random.ts'
import type { RnnMasks, RnnState } from '../nn/rnn.ts'
import { rnn } from '../nn/rnn.ts'
import type { CellState } from '../nn/rnn-cell.ts'
import { bridge } from './bridge.ts'
import type { RnnDecoderConfig } from './config.ts'
import type { Decoder, SequenceOptions } from './decoder.ts'
import type { Encoded } from './encoder.ts'
import type { TargetTables } from './tables.ts'

type F = Tensor<'float'>

/**
 * The decoder of the lecture note: a recurrent net that writes one token at a time from its previous
 * token, its previous state and the context,
 *
 *   s_t = g(y_{t−1}, s_{t−1}, C),  y_t = softmax(W s_t)
 *
 * where C is the encoder's last state, or with attention a mean of its states that each step weighs anew.
 *
 * Source: Sutskever et al. 2014 (`initial`), Cho et al. 2014 (`every-step`), Bahdanau et al. 2015
 * (attention with the previous state), Luong et al. 2015 (with the current state).
 */
export function rnnDecoder(
  scope: ParameterScope,
  config: RnnDecoderConfig,
  encoderSize: number,
  tables: TargetTables,
): Decoder {
  const parts = declareParts(scope, config, encoderSize, tables)
  const start = (encoded: Encoded) => encoded.memory.trace.scoped('decoder', () => startOf(parts, encoded))
  return {
    caches: [],
    start,
    step(ids, state, memory) {
      return ids.trace.scoped('decoder', () => {
        const next = advance(parts, parts.embed.apply(ids), state, memory, noMasks)
        const logits = parts.output.apply(next.features)
        return { logits, state: next.state, ...(next.weights ? { weights: next.weights } : {}) }
      })
    },
    sequence(ids, encoded, options = {}) {
      return ids.trace.scoped('decoder', () => {
        const mustLoop = options.isTeacher !== undefined || dependsOnOwnOutput(config)
        return (mustLoop ? loop : parallel)(parts, ids, startOf(parts, encoded), options)
      })
    },
  }
}

/** Whether a step needs what the step before it made, other than the recurrent state. */
function dependsOnOwnOutput({ attention: look }: RnnDecoderConfig): boolean {
  return look !== undefined && (look.query === 'previous' || look.inputFeeding || look.coverage)
}

type Parts = ReturnType<typeof declareParts>

const noMasks: RnnMasks = { perStep: {}, shared: {} }

function declareParts(
  scope: ParameterScope,
  config: RnnDecoderConfig,
  encoderSize: number,
  tables: TargetTables,
) {
  const { embeddingSize, hiddenSize, context, attention: look, output } = config
  const fed = context === 'every-step' || look?.query === 'previous' ? encoderSize : 0
  // Without a combining layer the attentional vector is the context itself.
  const feedingSize = output.combine || encoderSize
  const inputSize = embeddingSize + fed + (look?.inputFeeding ? feedingSize : 0)
  const widths = { state: hiddenSize, context: encoderSize, embedding: embeddingSize }
  const seen = output.from.filter((part) => output.combine === 0 || part === 'embedding')
  const outputSize = seen.reduce((sum, part) => sum + widths[part], output.combine)
  return {
    config,
    feedingSize,
    embed: tables.embedding(),
    layers: rnn(scope.in('rnn'), { ...config, inputSize }),
    bridge: bridge(scope.in('bridge'), config, encoderSize),
    attend:
      look && attention(scope.in('attention'), { ...look, querySize: hiddenSize, memorySize: encoderSize }),
    combine: output.combine
      ? linear(scope.in('combine'), encoderSize + hiddenSize, output.combine, { bias: false })
      : undefined,
    output: tables.output(outputSize),
  }
}

function startOf(parts: Parts, encoded: Encoded): { state: Tensors; memory: Tensors } {
  const { config, layers, attend, feedingSize } = parts
  const { memory: values, isReal, context } = encoded
  const B = values.size(0)
  const state = packState(parts.bridge(encoded, layers.zeroState(values.trace, B)))
  if (config.attention?.inputFeeding) state.feeding = zeros(values, 'float', [B, feedingSize])
  if (config.attention?.coverage) state.coverage = zeros(values, 'float', [B, values.size(1)])
  if (attend) return { state, memory: { values, keys: attend.keys(values), isReal } }
  return { state, memory: config.context === 'every-step' ? { context } : {} }
}

interface Advanced {
  /** [R, F], what the output layer sees. */
  readonly features: F
  readonly state: Tensors
  readonly weights?: F
}

/** One step: embedded [R, E] is the token before. */
function advance(parts: Parts, embedded: F, state: Tensors, memory: Tensors, masks: RnnMasks): Advanced {
  const { config, layers } = parts
  const before = unpackState(state)
  const look = (query: F) => attendOnce(parts, query, state, memory)
  if (config.attention?.query === 'previous') {
    const { context, weights, ...rest } = look(before.at(-1)!.hidden)
    const { output, state: after } = layers.step(concat([embedded, context], 1), before, masks)
    const features = outputFeatures(parts, output, context, embedded)
    return { features, weights, state: { ...packState(after), ...rest } }
  }
  if (config.attention) {
    const input = state.feeding ? concat([embedded, state.feeding as F], 1) : embedded
    const { output, state: after } = layers.step(input, before, masks)
    const { context, weights, ...rest } = look(output)
    const features = outputFeatures(parts, output, context, embedded)
    const feeding = state.feeding ? { feeding: attentional(parts, output, context) } : {}
    return { features, weights, state: { ...packState(after), ...rest, ...feeding } }
  }
  const context = memory.context as F | undefined
  const { output, state: after } = layers.step(
    context ? concat([embedded, context], 1) : embedded,
    before,
    masks,
  )
  return { features: outputFeatures(parts, output, context, embedded), state: packState(after) }
}

/** Attention for one query [R, Q] a row: context [R, D], weights [R, S], and the coverage after it. */
function attendOnce(parts: Parts, query: F, state: Tensors, memory: Tensors) {
  const coverage = state.coverage as F | undefined
  const seen = { values: memory.values as F, keys: memory.keys as F, isReal: memory.isReal as Tensor<'bool'> }
  const { context, weights } = parts.attend!.apply(expandDims(query, 1), seen, coverage)
  const row = squeeze(weights, 1)
  return { context: squeeze(context, 1), weights: row, ...(coverage ? { coverage: add(coverage, row) } : {}) }
}

/** h̃ = tanh(W_c [context; state]), Luong et al. 2015, eq. 5; the context alone without that layer. */
function attentional({ combine }: Parts, state: F, context: F): F {
  return combine ? tanh(combine.apply(concat([context, state], -1))) : context
}

/** What the output layer sees, in the order of the configuration. */
function outputFeatures(parts: Parts, state: F, context: F | undefined, embedded: F): F {
  const { output } = parts.config
  const all = { state, context: context!, embedding: embedded }
  if (output.combine === 0) {
    return concat(
      output.from.map((part) => all[part]),
      -1,
    )
  }
  const joined = attentional(parts, state, context!)
  return output.from.includes('embedding') ? concat([joined, embedded], -1) : joined
}

interface Drawn {
  readonly masks: RnnMasks
  /** [T, B, E], or [B, E] when one mask serves all steps. */
  readonly embedding: F | undefined
}

function drawMasks(parts: Parts, { random }: SequenceOptions, steps: Dim, batch: Dim): Drawn {
  const { dropout, variational, embeddingSize } = parts.config
  const inner = random?.in('decoder')
  const shape = variational ? [batch, embeddingSize] : [steps, batch, embeddingSize]
  return {
    masks: parts.layers.masks(inner?.in('rnn'), steps, batch),
    embedding: maskFor(inner, 'embedding', shape, dropout),
  }
}

/** All steps at once: the recurrent layers run over the whole target, then every state looks. */
function parallel(
  parts: Parts,
  ids: Tensor<'int'>,
  { state, memory }: { state: Tensors; memory: Tensors },
  options: SequenceOptions,
) {
  const [B, T] = ids.axes('batch target') as [Dim, Dim]
  const drawn = drawMasks(parts, options, T, B)
  const embedded = applyMask(parts.embed.apply(transpose(ids)), drawn.embedding)
  const fixed = memory.context as F | undefined
  const everywhere = fixed && broadcast(expandDims(fixed, 0), [T, B, fixed.size(1)])
  const input = everywhere ? concat([embedded, everywhere], -1) : embedded
  const { outputs } = parts.layers.sequence(input, unpackState(state), { masks: drawn.masks })
  const batchFirst = (x: F) => transpose(x, [1, 0, 2])
  const { trace } = ids
  const states = trace.mark('states', batchFirst(outputs))
  trace.mark('embedding', batchFirst(embedded))
  if (!parts.attend) {
    const features = outputFeatures(parts, states, everywhere && batchFirst(everywhere), batchFirst(embedded))
    return { logits: trace.mark('logits', parts.output.apply(features)) }
  }
  const seen = { values: memory.values as F, keys: memory.keys as F, isReal: memory.isReal as Tensor<'bool'> }
  const { context, weights } = parts.attend.apply(states, seen)
  trace.mark('context', context)
  trace.mark('weights', weights)
  const features = trace.mark('features', outputFeatures(parts, states, context, batchFirst(embedded)))
  return { logits: trace.mark('logits', parts.output.apply(features)), weights }
}

/** Step by step: for decoders that are fed their own context or prediction. */
function loop(
  parts: Parts,
  ids: Tensor<'int'>,
  { state, memory }: { state: Tensors; memory: Tensors },
  options: SequenceOptions,
) {
  const [B, T] = ids.axes('batch target') as [Dim, Dim]
  const drawn = drawMasks(parts, options, T, B)
  const tokens = transpose(ids)
  const isTeacher = options.isTeacher && transpose(options.isTeacher)
  const perStepMask = drawn.embedding?.rank === 3 ? drawn.embedding : undefined
  const xs: Record<string, Tensor> = { ...drawn.masks.perStep }
  if (perStepMask) xs.embeddingMask = perStepMask
  if (isTeacher) Object.assign(xs, { tokens, isTeacher })
  else xs.embedded = parts.embed.apply(tokens)
  const carry: Record<string, Tensor> = isTeacher ? { ...state, predicted: take(tokens, 0, 0) } : { ...state }

  const { ys } = scan('decode', ids.trace, { carry, xs }, ({ predicted, ...now }, x) => {
    const { tokens: truth, isTeacher: teach, embedded: known, embeddingMask, ...perStep } = x
    const token = teach && select(teach as Tensor<'bool'>, truth as Tensor<'int'>, predicted as Tensor<'int'>)
    const clean = token ? parts.embed.apply(token) : (known as F)
    const embedded = applyMask(
      clean,
      (embeddingMask as F | undefined) ?? (perStepMask ? undefined : drawn.embedding),
    )
    const masks = { perStep: perStep as Record<string, F>, shared: drawn.masks.shared }
    const next = advance(parts, embedded, now, memory, masks)
    const weights = next.weights ? { weights: next.weights } : {}
    if (!token)
      return { carry: { ...next.state }, ys: { features: next.features, ...weights } as Record<string, F> }
    const logits = parts.output.apply(next.features)
    const ownChoice = { ...next.state, predicted: argMax(logits) }
    return { carry: ownChoice, ys: { logits, ...weights } as Record<string, F> }
  })
  const batchFirst = (x: F) => transpose(x, [1, 0, 2])
  const { trace } = ids
  const logits = ys.logits
    ? batchFirst(ys.logits)
    : parts.output.apply(trace.mark('features', batchFirst(ys.features!)))
  trace.mark('logits', logits)
  return ys.weights ? { logits, weights: trace.mark('weights', batchFirst(ys.weights)) } : { logits }
}

function packState(state: RnnState): Record<string, F> {
  const packed: Record<string, F> = {}
  state.forEach(({ hidden, cell }, layer) => {
    packed[`hidden.${layer}`] = hidden
    if (cell) packed[`cell.${layer}`] = cell
  })
  return packed
}

function unpackState(packed: Tensors): RnnState {
  const state: CellState[] = []
  for (let layer = 0; packed[`hidden.${layer}`]; layer++) {
    const hidden = packed[`hidden.${layer}`] as F
    const cell = packed[`cell.${layer}`] as F | undefined
    state.push(cell ? { hidden, cell } : { hidden })
  }
  return state
}
