import type { CellState, Encoded, Graph, Model, Tensor, Tensors, Trace } from '@dragoman/core'
import {
  cast,
  crossEntropy,
  expandDims,
  gradients,
  iota,
  less,
  mul,
  Randomness,
  reduceSum,
  trace,
} from '@dragoman/core'

type F = Tensor<'float'>
type Int = Tensor<'int'>

interface Inputs {
  readonly source: Tensor
  readonly lengths: Int
  readonly ids: Int
}

function declareSource(place: Trace, { encoder }: Model): Omit<Inputs, 'ids'> {
  const { kind, shape } = encoder.source
  return {
    source: place.input('source', kind, shape),
    lengths: place.input('lengths', 'int', ['batch']),
  }
}

function declare(place: Trace, model: Model): Inputs {
  return { ...declareSource(place, model), ids: place.input('ids', 'int', ['batch', 'target']) }
}

function randomnessOf(place: Trace, isTraining: boolean): Randomness | undefined {
  return isTraining ? new Randomness(place.input('key', 'int', [3])) : undefined
}

function finalStates(final: readonly CellState[]): Record<string, F> {
  const states: Record<string, F> = {}
  final.forEach(({ hidden, cell }, layer) => {
    states[`final.hidden.${layer}`] = hidden
    if (cell) states[`final.cell.${layer}`] = cell
  })
  return states
}

/** How a forward graph runs. */
export interface ForwardOptions {
  /** Takes an int [3] input `key`, and drops. */
  readonly isTraining?: boolean
  /** Takes a bool [batch, target] input `isTeacher`. */
  readonly sampled?: boolean
}

/**
 * source, lengths, ids → memory, context, the encoder's last states, logits, attention weights, and with
 * `attention.encoder.` or `attention.decoder.` in front those of every layer and head.
 */
export function forwardGraph(
  model: Model,
  { isTraining = false, sampled = false }: ForwardOptions = {},
): Graph {
  const { encoder, decoder } = model
  return trace('forward', (place) => {
    const { source, lengths, ids } = declare(place, model)
    const random = randomnessOf(place, isTraining)
    const isTeacher = sampled ? place.input('isTeacher', 'bool', ['batch', 'target']) : undefined
    const encoded = encoder.encode(source, lengths, random)
    const { memory, context, final, attention: looks = {} } = encoded
    const { attention = {}, ...decoded } = decoder.sequence(ids, encoded, { random, isTeacher })
    return {
      memory,
      context,
      ...finalStates(final),
      ...prefixed('attention.encoder', looks),
      ...prefixed('attention.decoder', attention),
      ...decoded,
    }
  })
}

/** As above, with targets and targetLengths → the summed loss over real targets, and its gradient by each weight. */
export function lossGraph(model: Model, { isTraining = false }: ForwardOptions = {}): Graph {
  const { encoder, decoder, parameters } = model
  return trace('loss', (place) => {
    const { source, lengths, ids } = declare(place, model)
    const targets = place.input('targets', 'int', ['batch', 'target'])
    const targetLengths = place.input('targetLengths', 'int', ['batch'])
    const random = randomnessOf(place, isTraining)
    const { logits } = decoder.sequence(ids, encoder.encode(source, lengths, random), { random })
    const isReal = less(expandDims(iota(place, ['target']), 0), expandDims(targetLengths, 1))
    const loss = reduceSum(mul(crossEntropy(logits, targets), cast(isReal, 'float')))
    const slopes = gradients(
      loss,
      parameters.map((parameter) => place.parameter(parameter)),
    )
    const named = parameters.map(({ path }, i) => [`gradient of ${path}`, slopes[i]!])
    return { loss, ...Object.fromEntries(named) }
  })
}

function prefixed(prefix: string, tensors: Tensors): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]))
}

/** The graphs of a decoder that is asked for one token after another. */
export interface StepGraphs {
  /** source, lengths → `state.*` and `memory.*`. */
  readonly start: Graph
  /** `token` int [batch], `state.*` (caches too) and `memory.*` → logits, weights, `attention.*`, `state.*`. */
  readonly step: Graph
}

/** The start and the step of a model's decoder as graphs of their own. */
export function stepGraphs(model: Model): StepGraphs {
  const { encoder, decoder } = model
  let shapes: { state: Tensors; memory: Tensors } = { state: {}, memory: {} }
  const start = trace('start', (place) => {
    const { source, lengths } = declareSource(place, model)
    const encoded: Encoded = encoder.encode(source, lengths)
    shapes = decoder.start(encoded)
    return { ...prefixed('state', shapes.state), ...prefixed('memory', shapes.memory) }
  })
  const step = trace('step', (place) => {
    const enter = (prefix: string, tensors: Tensors) =>
      Object.fromEntries(
        Object.entries(tensors).map(([name, { kind, shape }]) => [
          name,
          place.input(`${prefix}.${name}`, kind, shape),
        ]),
      )
    const token = place.input('token', 'int', ['batch'])
    const caches = decoder.caches.map(({ name, kind, shape }) => {
      const sizes = shape.map((size) => (size === 'rows' ? 'batch' : size))
      return [name, place.input(`state.${name}`, kind, sizes)] as const
    })
    const before = { ...enter('state', shapes.state), ...Object.fromEntries(caches) }
    const made = decoder.step(token, before, enter('memory', shapes.memory))
    const { state, attention = {}, ...results } = made
    return { ...results, ...prefixed('attention', attention), ...prefixed('state', state) }
  })
  return { start, step }
}
