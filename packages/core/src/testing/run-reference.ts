import type { HostArray, RunOptions } from '../backend/contract.ts'
import { reference } from '../backend/reference/reference.ts'
import type { Graph, Kind } from '../graph/graph.ts'
import type { CaseArray } from './op-case.ts'

/** A host array in float64, so that nothing is rounded on its way to the reference. */
export function hostArray64(kind: Kind, shape: readonly number[], data: readonly number[]): HostArray {
  if (kind === 'float') return { kind, shape, data: Float64Array.from(data) }
  return { kind, shape, data: kind === 'int' ? Int32Array.from(data) : Uint8Array.from(data) }
}

/**
 * The outputs of a graph of primitives, by the float64 reference.
 *
 * Throws an Error when the run leaves memory behind, so that every test of a graph tests that too.
 */
export async function runReference(
  graph: Graph,
  inputs: Readonly<Record<string, CaseArray>>,
  options: RunOptions = {},
): Promise<Record<string, CaseArray>> {
  const backend = reference()
  const program = await backend.compile(graph)
  const given = Object.entries(inputs).map(([name, { kind, shape, data }]) => [
    name,
    hostArray64(kind, shape, data),
  ])
  const outputs = await program.run(Object.fromEntries(given), options)
  const results: Record<string, CaseArray> = {}
  for (const [name, array] of Object.entries(outputs)) {
    results[name] = { kind: array.kind, shape: array.shape, data: [...(await array.read())] }
    array.dispose()
  }
  const { arrays, bytes } = backend.live()
  if (arrays !== 0 || bytes !== 0) throw new Error(`${graph.name} leaves ${arrays} arrays of ${bytes} bytes`)
  return results
}
