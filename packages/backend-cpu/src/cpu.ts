import {
  AbortError,
  type Backend,
  BackendError,
  type CompileOptions,
  type CompositeName,
  check,
  checkHostArray,
  type DeviceArray,
  type Graph,
  type HostArray,
  type Program,
  primitiveNames,
  UnsupportedOpError,
} from '@dragoman/core/backend'
import type { Engine } from './engine.ts'
import { DeviceMemory } from './memory/device-memory.ts'
import { type GrowableMemory, plainMemory, wasmMemory } from './memory/growable.ts'
import { Workspace } from './memory/workspace.ts'
import { fusedNames } from './planner/composite-rules.ts'
import { bytesPerElement, CpuArray, writeElements } from './runtime/cpu-array.ts'
import { CpuProgram, type Device } from './runtime/cpu-program.ts'
import { scalarEngine } from './scalar-engine.ts'
import { createWasmEngine, hasWasmSimd } from './wasm-engine.ts'

/** How the CPU backend is made. */
export interface CpuOptions {
  /** `'off'`: plain TypeScript kernels even where WebAssembly SIMD is there. `'auto'` by default. */
  readonly wasm?: 'auto' | 'off'
}

const initialBytes = 4 * 65536

/** What carries the kernels, and why it was chosen. */
interface Choice {
  readonly engine: Engine
  readonly memory: GrowableMemory
  readonly reason: string
}

/**
 * The default backend: WebAssembly SIMD kernels on one thread, in Node and in the browser; plain TypeScript where
 * SIMD is missing. It takes every composite whole.
 *
 * A graph is planned once for each set of sizes: movement of data becomes strides, elementwise ops become chains,
 * memory is used again by liveness, and donated inputs are updated in place. A run then only walks the plan.
 *
 * @throws BackendError when an option has a value that it cannot have.
 */
export async function cpu({ wasm = 'auto' }: CpuOptions = {}): Promise<Backend> {
  if (wasm !== 'auto' && wasm !== 'off') {
    throw new BackendError({ backend: 'cpu', problem: `wasm is '${wasm}'`, hint: "use 'auto' or 'off'" })
  }
  return new CpuBackend(await choose(wasm))
}

async function choose(wasm: 'auto' | 'off'): Promise<Choice> {
  if (wasm === 'auto' && hasWasmSimd()) {
    const memory = wasmMemory(initialBytes)
    return { engine: await createWasmEngine(memory.memory), memory, reason: 'WebAssembly SIMD is there' }
  }
  const memory = typeof WebAssembly === 'object' ? wasmMemory(initialBytes) : plainMemory(initialBytes)
  const reason = wasm === 'off' ? "asked for by wasm: 'off'" : 'WebAssembly SIMD is missing'
  return { engine: scalarEngine(memory), memory, reason }
}

class CpuBackend implements Backend {
  readonly specification = 1
  readonly name = 'cpu'
  readonly composites: ReadonlySet<CompositeName> = new Set(fusedNames)
  private readonly device: Device
  private readonly reason: string
  private readonly counter = { runs: 0 }
  private ended = false

  constructor({ engine, memory, reason }: Choice) {
    const deviceMemory = new DeviceMemory(memory, this.name)
    this.reason = reason
    this.device = {
      name: this.name,
      engine,
      memory: deviceMemory,
      workspace: new Workspace(deviceMemory),
      arrays: new Set(),
      programs: new Set(),
      expectAlive: () => this.expectAlive(),
    }
  }

  info(): Readonly<Record<string, string | number | boolean>> {
    const { engine, memory } = this.device
    const simd = engine.kind === 'wasm'
    return {
      engine: simd ? 'wasm-simd' : 'scalar',
      simd,
      threads: 1,
      reason: this.reason,
      memoryBytes: memory.bytes,
    }
  }

  async compile(graph: Graph, { signal }: CompileOptions = {}): Promise<Program> {
    const startMs = performance.now()
    this.expectAlive()
    if (signal?.aborted) {
      throw new AbortError({ operation: `${this.name}: compile ${graph.name}`, cause: signal.reason })
    }
    this.expectSupported(graph)
    check(graph)
    const nodes = countNodes(graph)
    return new CpuProgram(this.device, graph, this.counter, { nodes, compileMs: performance.now() - startMs })
  }

  upload(array: HostArray): DeviceArray {
    this.expectAlive()
    checkHostArray(array)
    const { memory } = this.device
    const address = memory.allocate(array.data.length * bytesPerElement)
    writeElements(memory, address, array)
    return new CpuArray(this.device, array.kind, [...array.shape], address)
  }

  live(): { readonly arrays: number; readonly bytes: number } {
    let bytes = 0
    for (const array of this.device.arrays) bytes += array.size * bytesPerElement
    return { arrays: this.device.arrays.size, bytes }
  }

  async dispose(): Promise<void> {
    if (this.ended) return
    this.ended = true
    const { programs, arrays, workspace } = this.device
    for (const program of programs) program.dispose()
    for (const array of arrays) array.dispose()
    workspace.release()
  }

  private expectAlive(): void {
    if (this.ended) throw new BackendError({ backend: this.name, problem: 'the backend is disposed' })
  }

  private expectSupported(graph: Graph): void {
    for (const { op, scope, attributes } of graph.nodes) {
      if (op === 'scan') this.expectSupported(attributes.body)
      if (primitiveNames.includes(op as never) || this.composites.has(op as CompositeName)) continue
      throw new UnsupportedOpError({ backend: this.name, op, scope: scope || undefined })
    }
  }
}

/** Number of nodes, with those in the bodies of loops. */
function countNodes({ nodes }: Graph): number {
  return nodes.reduce(
    (count, node) => count + 1 + (node.op === 'scan' ? countNodes(node.attributes.body) : 0),
    0,
  )
}
