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
  readonly source: Int
  readonly lengths: Int
  readonly ids: Int
}

function declare(place: Trace): Inputs {
  return {
    source: place.input('source', 'int', ['batch', 'source']),
    lengths: place.input('lengths', 'int', ['batch']),
    ids: place.input('ids', 'int', ['batch', 'target']),
  }
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

/** source, lengths, ids → memory, context, the encoder's last states, logits, and attention weights. */
export function forwardGraph(
  { encoder, decoder }: Model,
  { isTraining = false, sampled = false }: ForwardOptions = {},
): Graph {
  return trace('forward', (place) => {
    const { source, lengths, ids } = declare(place)
    const random = randomnessOf(place, isTraining)
    const isTeacher = sampled ? place.input('isTeacher', 'bool', ['batch', 'target']) : undefined
    const encoded = encoder.encode(source, lengths, random)
    const { memory, context, final } = encoded
    return {
      memory,
      context,
      ...finalStates(final),
      ...decoder.sequence(ids, encoded, { random, isTeacher }),
    }
  })
}

/** As above, with targets and targetLengths → the summed loss over real targets, and its gradient by each weight. */
export function lossGraph(
  { encoder, decoder, parameters }: Model,
  { isTraining = false }: ForwardOptions = {},
): Graph {
  return trace('loss', (place) => {
    const { source, lengths, ids } = declare(place)
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
  /** `token` int [batch], `state.*` and `memory.*` → logits, weights, `state.*`. */
  readonly step: Graph
}

/** The start and the step of a model's decoder as graphs of their own. */
export function stepGraphs({ encoder, decoder }: Model): StepGraphs {
  let shapes: { state: Tensors; memory: Tensors } = { state: {}, memory: {} }
  const start = trace('start', (place) => {
    const source = place.input('source', 'int', ['batch', 'source'])
    const lengths = place.input('lengths', 'int', ['batch'])
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
    const { state, ...results } = decoder.step(
      token,
      enter('state', shapes.state),
      enter('memory', shapes.memory),
    )
    return { ...results, ...prefixed('state', state) }
  })
  return { start, step }
}
