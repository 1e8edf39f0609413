import type { Graph } from '../graph/graph.ts'
import { lower } from '../graph/lower.ts'
import type { Tensors } from '../graph/scan.ts'
import type { Parameter, Tensor } from '../graph/tensor.ts'
import { trace } from '../graph/trace.ts'
import { initialValue } from '../models/initial-weights.ts'
import type { Model } from '../models/model.ts'
import { RandomStream, siteOf } from '../random/index.ts'
import type { CaseArray } from './op-case.ts'
import { runReference } from './run-reference.ts'

/** Arrays by name. */
export type Arrays = Readonly<Record<string, CaseArray>>

/** A batch for a model: ids or frames, their lengths, and target ids. */
export interface ModelBatch {
  readonly source: CaseArray
  readonly lengths: readonly number[]
  /** Rows of target ids, all of one length. */
  readonly target: readonly (readonly number[])[]
}

/** Ids as an array [rows, length]. */
export function idArray(rows: readonly (readonly number[])[]): CaseArray {
  return { kind: 'int', shape: [rows.length, rows[0]?.length ?? 0], data: rows.flat() }
}

/** A row of ints. */
export function ints(data: readonly number[]): CaseArray {
  return { kind: 'int', shape: [data.length], data }
}

/** Weights from a seed, each a little off its start so that no bias is 0 and no scale is 1. */
export function weightsFor(parameters: readonly Parameter[], seed = 1): Arrays {
  const weights = parameters.map((parameter): [string, CaseArray] => {
    const { shape, data } = initialValue(parameter, seed)
    const noise = new Float32Array(data.length)
    new RandomStream(seed).normal(noise, { step: 1, site: siteOf(parameter.path) })
    return [parameter.path, { kind: 'float', shape, data: [...data].map((x, i) => x + 0.2 * noise[i]!) }]
  })
  return Object.fromEntries(weights)
}

/** Everything that teacher forcing gives: logits, weights, memory, context, `attention.*`, `encoder.*`. */
export async function runSequence(model: Model, weights: Arrays, batch: ModelBatch): Promise<Arrays> {
  const { kind, shape } = model.encoder.source
  const graph = trace('sequence', (t) => {
    const source = t.input('source', kind, shape)
    const encoded = model.encoder.encode(source, t.input('lengths', 'int', ['batch']))
    const ids = t.input('target', 'int', ['batch', 'target'])
    const { logits, weights: look, attention } = model.decoder.sequence(ids, encoded)
    return {
      logits,
      memory: encoded.memory,
      context: encoded.context,
      ...(look ? { weights: look } : {}),
      ...prefixed('attention', attention ?? {}),
      ...prefixed('encoder', encoded.attention ?? {}),
    }
  })
  const given = { source: batch.source, lengths: ints(batch.lengths), target: idArray(batch.target) }
  return runGraph(graph, weights, given)
}

/** The outputs of a graph by the reference, with the weights that it takes. */
export function runGraph(graph: Graph, weights: Arrays, inputs: Arrays): Promise<Arrays> {
  const used = graph.inputs.filter(({ name }) => name in weights)
  const taken = Object.fromEntries(used.map(({ name }) => [name, weights[name]!]))
  return runReference(lower(graph, new Set()).graph, { ...taken, ...inputs })
}

/** What one step after another gives: logits and attention of every step. */
export async function runSteps(
  model: Model,
  weights: Arrays,
  batch: ModelBatch,
  capacities: readonly number[],
): Promise<Arrays[]> {
  const { kind, shape } = model.encoder.source
  const startGraph = trace('start', (t) => {
    const encoded = model.encoder.encode(t.input('source', kind, shape), t.input('lengths', 'int', ['batch']))
    const { state, memory } = model.decoder.start(encoded)
    return { ...prefixed('state', state), ...prefixed('memory', memory) }
  })
  const given = { source: batch.source, lengths: ints(batch.lengths) }
  const start = await runGraph(startGraph, weights, given)
  const ports = startGraph.outputs.map(({ name, value }) => ({ name, ...startGraph.values[value]! }))
  const stepGraph = trace('step', (t) => {
    const inputs = ports.map(({ name, kind: k, shape: s }) => [
      name,
      t.input(name, k, ['rows', ...s.slice(1)]),
    ])
    const { state = {}, memory = {} } = grouped(Object.fromEntries(inputs) as Record<string, Tensor>)
    const caches = model.decoder.caches.map((c) => [c.name, t.input(`state.${c.name}`, c.kind, c.shape)])
    const ids = t.input('ids', 'int', ['rows'])
    const step = model.decoder.step(ids, { ...state, ...Object.fromEntries(caches) }, memory)
    return {
      logits: step.logits,
      ...prefixed('state', step.state),
      ...prefixed('attention', step.attention ?? {}),
      ...(step.weights ? { weights: step.weights } : {}),
    }
  })
  let state = only(start, 'state.')
  const memory = only(start, 'memory.')
  const steps: Arrays[] = []
  for (const [t, capacity] of capacities.entries()) {
    state = withCapacity(model, state, batch.target.length, capacity)
    const ids = ints(batch.target.map((row) => row[t]!))
    const made = await runGraph(stepGraph, weights, { ...state, ...memory, ids })
    state = only(made, 'state.')
    steps.push(made)
  }
  return steps
}

/** The state with every cache as long as `capacity`: new ones are zeros. */
function withCapacity(model: Model, state: Arrays, rows: number, capacity: number): Arrays {
  const longer: Record<string, CaseArray> = { ...state }
  for (const { name, shape, axis } of model.decoder.caches) {
    const sizes = shape.map((dim) => (dim === 'rows' ? rows : dim === 'capacity' ? capacity : Number(dim)))
    const before = state[`state.${name}`]
    const inner = sizes.slice(axis + 1).reduce((product, size) => product * size, 1)
    const outer = sizes.slice(0, axis).reduce((product, size) => product * size, 1)
    const had = before ? before.shape[axis]! : 0
    const data: number[] = []
    for (let i = 0; i < outer; i++) {
      const kept = before ? before.data.slice(i * had * inner, (i + 1) * had * inner) : []
      data.push(...kept, ...new Array<number>((capacity - had) * inner).fill(0))
    }
    longer[`state.${name}`] = { kind: 'float', shape: sizes, data }
  }
  return longer
}

function prefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]))
}

function only(arrays: Arrays, prefix: string): Arrays {
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => name.startsWith(prefix)))
}

/** `state.x` and `memory.y` → { state: { x }, memory: { y } }. */
function grouped(tensors: Tensors): Record<string, Record<string, Tensor>> {
  const groups: Record<string, Record<string, Tensor>> = {}
  for (const [name, tensor] of Object.entries(tensors)) {
    const dot = name.indexOf('.')
    const prefix = name.slice(0, dot)
    groups[prefix] ??= {}
    groups[prefix][name.slice(dot + 1)] = tensor
  }
  return groups
}
