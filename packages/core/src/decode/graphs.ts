import { crossEntropy } from '../graph/composites/cross-entropy.ts'
import { logSoftmax } from '../graph/composites/softmax.ts'
import type { Graph } from '../graph/graph.ts'
import { gather } from '../graph/indexing.ts'
import type { Tensors } from '../graph/scan.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Trace } from '../graph/trace.ts'
import { trace } from '../graph/trace.ts'
import type { Encoded } from '../models/encoder.ts'
import type { Model } from '../models/model.ts'

const statePrefix = 'state.'
const memoryPrefix = 'memory.'

/** Names, among a graph's ports, of what a decoder carries from step to step. */
export function isState(name: string): boolean {
  return name.startsWith(statePrefix)
}

/** Names, among a graph's ports, of what a decoder knows of the source. */
export function isMemory(name: string): boolean {
  return name.startsWith(memoryPrefix)
}

/** source int [batch, source], sourceLengths int [batch] → `state.*` and `memory.*`, [batch, ...] each. */
export function startGraph(model: Model): Graph {
  return trace('decode.start', (recorder) => {
    const { state, memory } = model.decoder.start(encode(recorder, model))
    return { ...prefixed(statePrefix, state), ...prefixed(memoryPrefix, memory) }
  })
}

/** Which of the step graphs: they differ in what goes in and what comes out. */
export interface StepVariant {
  /** Whether `parents` int [rows] says which row's state each row goes on from. */
  readonly reorder: boolean
  /** Whether attention `weights` [rows, source] come out, of a decoder that has them. */
  readonly attention: boolean
}

/**
 * ids int [rows], `state.*`, `memory.*` → logProbabilities [rows, V] of the next token, next `state.*`.
 *
 * @param start the model's start graph: state and memory have the shapes that it gives them.
 */
export function stepGraph(model: Model, start: Graph, { reorder, attention }: StepVariant): Graph {
  return trace('decode.step', (recorder) => {
    const ids = recorder.input('ids', 'int', ['rows'])
    const parents = reorder ? recorder.input('parents', 'int', ['rows']) : undefined
    const before = declare(recorder, start, isState)
    const state = parents ? mapTensors(before, (tensor) => gather(tensor, parents)) : before
    const memory = declare(recorder, start, isMemory)
    const step = model.decoder.step(ids, unprefixed(state), unprefixed(memory))
    return {
      logProbabilities: logSoftmax(step.logits),
      ...(attention && step.weights ? { weights: step.weights } : {}),
      ...prefixed(statePrefix, step.state),
    }
  })
}

/** parents int [next], `state.*`, `memory.*` → both with the rows that `parents` names, [next, ...] each. */
export function selectGraph(start: Graph): Graph {
  return trace('decode.select', (recorder) => {
    const parents = recorder.input('parents', 'int', ['next'])
    return mapTensors(
      declare(recorder, start, () => true),
      (tensor) => gather(tensor, parents),
    )
  })
}

/** source, sourceLengths → states [batch, source, D], context [batch, D], `final.<layer>.hidden` and `.cell`. */
export function encodeGraph(model: Model): Graph {
  return trace('encode', (recorder) => {
    const { memory, context, final } = encode(recorder, model)
    const outputs: Record<string, Tensor> = { states: memory, context }
    final.forEach(({ hidden, cell }, layer) => {
      outputs[`final.${layer}.hidden`] = hidden
      if (cell) outputs[`final.${layer}.cell`] = cell
    })
    return outputs
  })
}

/**
 * source, sourceLengths, targetInput and targetOutput int [batch, target] → nats [batch, target]:
 * −log p of each token of targetOutput, the true ones before it being known.
 */
export function scoreGraph(model: Model): Graph {
  return trace('score', (recorder) => {
    const input = recorder.input('targetInput', 'int', ['batch', 'target'])
    const output = recorder.input('targetOutput', 'int', ['batch', 'target'])
    const { logits } = model.decoder.sequence(input, encode(recorder, model))
    return { nats: crossEntropy(logits, output) }
  })
}

function encode(recorder: Trace, model: Model): Encoded {
  const source = recorder.input('source', 'int', ['batch', 'source'])
  return model.encoder.encode(source, recorder.input('sourceLengths', 'int', ['batch']))
}

/** Inputs like those outputs of `start` whose names are wanted, with rows in place of sources. */
function declare(recorder: Trace, start: Graph, isWanted: (name: string) => boolean): Tensors {
  const tensors: Record<string, Tensor> = {}
  for (const { name, value } of start.outputs) {
    if (!isWanted(name)) continue
    const { kind, shape } = start.values[value]!
    tensors[name] = recorder.input(name, kind, ['rows', ...shape.slice(1)])
  }
  return tensors
}

function mapTensors(tensors: Tensors, change: (tensor: Tensor) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]))
}

function prefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]))
}

function unprefixed(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name.slice(name.indexOf('.') + 1), tensor]),
  )
}
