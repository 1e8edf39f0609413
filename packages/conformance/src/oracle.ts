import type { Graph, HostArray } from '@dragoman/core'
import { reference } from '@dragoman/core'
import type { Arrays } from './array.ts'
import type { Precision } from './run-graph.ts'
import { runGraph } from './run-graph.ts'

/** What the float64 reference gives for a graph. */
export async function expectedOf(graph: Graph, inputs: Arrays): Promise<Record<string, HostArray>> {
  const backend = reference()
  try {
    return await runGraph(backend, graph, inputs)
  } finally {
    await backend.dispose()
  }
}

/** Floats rounded to a precision; what is beyond its range becomes infinite. */
export function roundTo(array: HostArray, precision: Precision): HostArray {
  if (array.kind !== 'float' || precision === 'float64') return array
  return { ...array, data: Float32Array.from(array.data) }
}
