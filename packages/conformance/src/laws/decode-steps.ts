import type { Graph, HostArray, Model } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import { countOf, floats } from '../array.ts'
import { stepGraphs } from './model-graphs.ts'

/** Chooses what a decoder reads, from the step and from what it wrote before. */
export type NextToken = (t: number, logits: HostArray | undefined) => HostArray

/** Runs a graph on host arrays. */
export type RunGraph = (graph: Graph, inputs: Arrays) => Promise<Record<string, HostArray>>

/**
 * Runs a decoder token by token; gives what each step gave. Caches start with room for two tokens and
 * get more when it is used up.
 */
export async function decodeSteps(
  run: RunGraph,
  model: Model,
  weights: Arrays,
  batch: Readonly<Record<'source' | 'lengths' | 'ids', HostArray>>,
  next: NextToken,
): Promise<Record<string, HostArray>[]> {
  const graphs = stepGraphs(model)
  // A graph takes only the weights that it uses.
  const weightsFor = (graph: typeof graphs.start) =>
    Object.fromEntries(
      Object.entries(weights).filter(([path]) => graph.inputs.some((port) => port.name === path)),
    )
  const { source, lengths } = batch
  const start = await run(graphs.start, { source, lengths, ...weightsFor(graphs.start) })
  const memory = startingWith('memory.', start)
  const [rows, steps] = batch.ids.shape as [number, number]
  let state = { ...startingWith('state.', start), ...emptyCaches(model, rows) }
  const made: Record<string, HostArray>[] = []
  for (let t = 0; t < steps; t++) {
    state = withRoom(model, state, t)
    const inputs = { token: next(t, made.at(-1)?.logits), ...state, ...memory }
    const outputs = await run(graphs.step, { ...inputs, ...weightsFor(graphs.step) })
    state = startingWith('state.', outputs)
    made.push(outputs)
  }
  return made
}

function startingWith(prefix: string, arrays: Arrays): Record<string, HostArray> {
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => name.startsWith(prefix)))
}

const firstCapacity = 2

function emptyCaches({ decoder }: Model, rows: number): Record<string, HostArray> {
  const caches = decoder.caches.map(({ name, shape }) => {
    const sizes = shape.map((size) =>
      size === 'rows' ? rows : size === 'capacity' ? firstCapacity : Number(size),
    )
    return [`state.${name}`, floats(sizes, new Float64Array(countOf(sizes)))] as const
  })
  return Object.fromEntries(caches)
}

/** The state with zeros behind each cache that is full. */
function withRoom({ decoder }: Model, state: Arrays, position: number): Record<string, HostArray> {
  const grown = decoder.caches.map(({ name, axis }) => {
    const cache = state[`state.${name}`]!
    const isFull = cache.shape[axis] === position
    return [`state.${name}`, isFull ? padEnd(cache, axis, 2 * position) : cache] as const
  })
  return { ...state, ...Object.fromEntries(grown) }
}

function padEnd({ shape, data }: HostArray, axis: number, size: number): HostArray {
  const before = countOf(shape.slice(axis))
  const sizes = shape.with(axis, size)
  const after = countOf(sizes.slice(axis))
  const padded = new Float64Array(countOf(sizes))
  for (let row = 0; row * before < data.length; row++) {
    padded.set(data.subarray(row * before, (row + 1) * before), row * after)
  }
  return floats(sizes, padded)
}
