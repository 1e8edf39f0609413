import { crossEntropy } from '../graph/composites/cross-entropy.ts'
import { logSoftmax } from '../graph/composites/softmax.ts'
import type { Graph } from '../graph/graph.ts'
import { gather } from '../graph/indexing.ts'
import { expandDims, pad, zeros } from '../graph/movement.ts'
import type { Tensors } from '../graph/scan.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Trace } from '../graph/trace.ts'
import { trace } from '../graph/trace.ts'
import type { DecoderStep } from '../models/decoder.ts'
import type { Encoded, Encoder } from '../models/encoder.ts'
import type { Model } from '../models/model.ts'

const statePrefix = 'state.'
const memoryPrefix = 'memory.'
const attentionPrefix = 'attention.'

/** Names, among a graph's ports, of what a decoder carries from step to step. */
export function isState(name: string): boolean {
  return name.startsWith(statePrefix)
}

/** Whether a port is the part of the state that a decoder calls `name`. */
export function isStateNamed(port: string, name: string): boolean {
  return port === statePrefix + name
}

/** Names, among a graph's ports, of where a layer looked. */
export function isLayerAttention(name: string): boolean {
  return name.startsWith(attentionPrefix)
}

/** The name that a decoder gave it. */
export function layerName(name: string): string {
  return name.slice(attentionPrefix.length)
}

/** Names, among a graph's ports, of what a decoder knows of the source. */
export function isMemory(name: string): boolean {
  return name.startsWith(memoryPrefix)
}

/**
 * source as the encoder takes it, sourceLengths int [batch] → `state.*` and `memory.*`, [batch, ...] each. Caches
 * are part of the state: zeros, with the capacity of `room` int [capacity], whose numbers do not matter.
 */
export function startGraph({ encoder, decoder }: Model): Graph {
  return trace('decode.start', (recorder) => {
    const { state, memory } = decoder.start(encode(recorder, encoder))
    if (decoder.caches.length > 0) recorder.input('room', 'int', ['capacity'])
    const caches = decoder.caches.map(({ name, kind, shape }) => {
      const sizes = shape.map((dim) => (dim === 'rows' ? 'batch' : dim))
      return [name, zeros(recorder, kind, sizes)] as const
    })
    const all = { ...state, ...Object.fromEntries(caches) }
    return { ...prefixed(statePrefix, all), ...prefixed(memoryPrefix, memory) }
  })
}

/** The caches among `state.*` → the same with twice the capacity, zeros at the end. */
export function growGraph({ decoder }: Model): Graph {
  return trace('decode.grow', (recorder) => {
    const grown = decoder.caches.map(({ name, kind, shape, axis }) => {
      const cache = recorder.input(statePrefix + name, kind, shape)
      const none = shape.map(() => 0)
      const high = shape.map((_, at) => (at === axis ? cache.size(axis) : 0))
      return [statePrefix + name, pad(cache, none, high)] as const
    })
    return Object.fromEntries(grown)
  })
}

/** How much of attention comes out of a step: none, `weights` [rows, source], or those of every layer too. */
export type AttentionLevel = 'none' | 'weights' | 'all'

/** Which of the step graphs: they differ in what goes in and what comes out. */
export interface StepVariant {
  /** Whether `parents` int [rows] says which row's state each row goes on from. */
  readonly reorder: boolean
  /** Of a decoder that has it. */
  readonly attention: AttentionLevel
}

/**
 * ids int [rows], `state.*`, `memory.*` → logProbabilities [rows, V] of the next token, next `state.*`; with
 * attention `weights` [rows, source] and `attention.*` [rows, heads, source or capacity].
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
      ...(attention !== 'none' && step.weights ? { weights: step.weights } : {}),
      ...(attention === 'all' ? prefixed(attentionPrefix, layersOf(step)) : {}),
      ...prefixed(statePrefix, step.state),
    }
  })
}

/** The weights of every layer; of a decoder with one attention that is all there is, as one head. */
function layersOf({ attention, weights }: DecoderStep): Tensors {
  if (attention) return attention
  return weights ? { attention: expandDims(weights, 1) } : {}
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
    const { memory, context, final } = encode(recorder, model.encoder)
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
    const { logits } = model.decoder.sequence(input, encode(recorder, model.encoder))
    return { nats: crossEntropy(logits, output) }
  })
}

/** source, sourceLengths, targetInput int [batch, target] → every value that the model marks, by its scope and name. */
export function inspectGraph(model: Model): Graph {
  return trace('inspect', (recorder) => {
    const input = recorder.input('targetInput', 'int', ['batch', 'target'])
    model.decoder.sequence(input, encode(recorder, model.encoder))
    return Object.fromEntries(recorder.marks)
  })
}

function encode(recorder: Trace, encoder: Encoder): Encoded {
  const { kind, shape } = encoder.source
  const source = recorder.input('source', kind, shape)
  return encoder.encode(source, recorder.input('sourceLengths', 'int', ['batch']))
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
