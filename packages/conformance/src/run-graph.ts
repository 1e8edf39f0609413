import type { Backend, DeviceArray, Graph, HostArray } from '@dragoman/core'
import { Session } from '@dragoman/core'
import type { Arrays } from './array.ts'

/** What the floats of a backend are. */
export type Precision = 'float32' | 'float64'

const precisions = new WeakMap<Backend, Promise<Precision>>()

/** By what floats read back as: the contract says that only a float64 backend gives a Float64Array. */
export function precisionOf(backend: Backend): Promise<Precision> {
  let precision = precisions.get(backend)
  if (!precision) {
    precision = readPrecision(backend)
    precisions.set(backend, precision)
  }
  return precision
}

async function readPrecision(backend: Backend): Promise<Precision> {
  const array = backend.upload({ kind: 'float', shape: [], data: Float32Array.of(1) })
  const data = await array.read()
  array.dispose()
  return data instanceof Float64Array ? 'float64' : 'float32'
}

/** Runs a graph in a session and reads what it gives. */
export async function runIn(
  session: Session,
  graph: Graph,
  inputs: Arrays,
): Promise<Record<string, HostArray>> {
  const program = await session.compile(graph)
  return readAll(await program.run(inputs))
}

/** Host copies of device arrays, which are disposed. */
export async function readAll(
  arrays: Readonly<Record<string, DeviceArray>>,
): Promise<Record<string, HostArray>> {
  const read: Record<string, HostArray> = {}
  for (const [name, array] of Object.entries(arrays)) {
    read[name] = { kind: array.kind, shape: array.shape, data: await array.read() }
    array.dispose()
  }
  return read
}

/** The outputs of one run of a graph, in a session of its own. */
export async function runGraph(
  backend: Backend,
  graph: Graph,
  inputs: Arrays,
): Promise<Record<string, HostArray>> {
  const session = new Session(backend)
  try {
    return await runIn(session, graph, inputs)
  } finally {
    await session.dispose()
  }
}
