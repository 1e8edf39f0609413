import type { Backend, Graph, HostArray } from '@dragoman/core'
import { Session } from '@dragoman/core'
import type { Arrays } from './array.ts'

/** What the floats of a backend are. */
export type Precision = 'float32' | 'float64'

/** By what floats read back as: the contract says that only a float64 backend gives a Float64Array. */
export async function precisionOf(backend: Backend): Promise<Precision> {
  const array = backend.upload({ kind: 'float', shape: [], data: Float32Array.of(1) })
  const data = await array.read()
  array.dispose()
  return data instanceof Float64Array ? 'float64' : 'float32'
}

/** Runs a compiled graph on host arrays and reads what it gives. */
export type RunHost = (inputs: Arrays) => Promise<Record<string, HostArray>>

/** Compiles a graph for a backend, lends it, and gives its memory back. */
export async function withProgram<T>(
  backend: Backend,
  graph: Graph,
  use: (run: RunHost) => Promise<T>,
): Promise<T> {
  const session = new Session(backend)
  try {
    const program = await session.compile(graph)
    return await use(async (inputs) => {
      const outputs = await program.run(inputs)
      const read: Record<string, HostArray> = {}
      for (const [name, output] of Object.entries(outputs)) {
        read[name] = { kind: output.kind, shape: output.shape, data: await output.read() }
        output.dispose()
      }
      return read
    })
  } finally {
    await session.dispose()
  }
}

/** The outputs of one run of a graph. */
export function runGraph(backend: Backend, graph: Graph, inputs: Arrays): Promise<Record<string, HostArray>> {
  return withProgram(backend, graph, (run) => run(inputs))
}
