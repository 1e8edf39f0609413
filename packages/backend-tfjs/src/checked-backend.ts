import { type Backend, type Graph, isComposite, UnsupportedOpError } from '@dragoman/core/backend'
import type { Device } from './device.ts'
import { expectExactInts } from './exact-ints.ts'
import { neededKernels } from './needed-kernels.ts'
import type { Traits } from './traits.ts'

/** A backend that refuses a graph when it is compiled, where TensorFlow.js cannot run it. */
export function checkedBackend(backend: Backend, device: Device, traits: Traits): Backend {
  return {
    specification: 1,
    name: backend.name,
    composites: backend.composites,
    info: () => backend.info(),
    async compile(graph, options) {
      const program = await backend.compile(graph, options)
      expectKernels(backend.name, device, graph)
      if (!traits.exactInts) expectExactConstants(device, graph)
      return program
    },
    upload: (array) => backend.upload(array),
    live: () => backend.live(),
    dispose: () => backend.dispose(),
  }
}

function expectKernels(name: string, device: Device, graph: Graph): void {
  for (const { op, scope, attributes } of graph.nodes) {
    if (op === 'scan') {
      expectKernels(name, device, (attributes as { readonly body: Graph }).body)
      continue
    }
    if (op === 'size' || isComposite(op)) continue
    const missing = neededKernels[op].find((kernelName) => !device.has(kernelName))
    if (missing === undefined) continue
    throw new UnsupportedOpError({
      backend: name,
      op,
      problem: `the backend '${device.backendName}' of TensorFlow.js has no kernel ${missing}`,
      scope: scope || undefined,
      hint: 'import all of its kernels, or use another backend',
    })
  }
}

function expectExactConstants(device: Device, { nodes }: Graph): void {
  for (const node of nodes) {
    if (node.op === 'scan') expectExactConstants(device, node.attributes.body)
    if (node.op !== 'constant' || node.attributes.kind !== 'int') continue
    expectExactInts(device, 'constant', node.attributes.data)
  }
}
