import { BackendError, UnsupportedOpError } from '../errors.ts'
import { check } from '../graph/check.ts'
import type { Graph } from '../graph/graph.ts'
import { isComposite } from '../graph/op-rules.ts'
import type { CompositeName } from '../graph/ops.ts'
import { checkConstants, checkHostArray } from './binding.ts'
import type { BoundType } from './bound-plan.ts'
import type { Backend, CompileOptions, DeviceArray, HostArray, HostData, Program } from './contract.ts'
import { EagerArray } from './eager-array.ts'
import type { EagerComposites, EagerKernels, EagerValue } from './eager-kernels.ts'
import { EagerMemory, type EagerMemoryOptions } from './eager-memory.ts'
import { type EagerDevice, EagerProgram } from './eager-program.ts'
import { expectNotAborted } from './eager-run.ts'

/** An engine that computes one op at a time; `H` is its own kind of tensor. */
export interface EagerOptions<H> extends EagerMemoryOptions<H> {
  /** Stands in every error. */
  readonly name: string
  readonly kernels: EagerKernels<H>
  /** Composites that the engine has whole; the rest arrive as primitives. */
  readonly composites?: EagerComposites<H>
  /** What it runs on and why. */
  info?(): Readonly<Record<string, string | number | boolean>>
  /** A handle of a copy of the elements. */
  upload(array: HostArray): H
  /** A copy of the elements, row-major. */
  read(handle: H, type: BoundType): HostData | Promise<HostData>
  /** Entry `index` of x along axis 0, without that axis; by default a slice and a reshape. */
  entry?(x: EagerValue<H>, index: number): H
  /** Parts of one shape one after another along a new axis 0; by default a concat of reshapes. */
  stack?(parts: readonly EagerValue<H>[], output: BoundType): H
  /** Wraps whatever computes or uploads, for an engine that must first be made the current one. */
  within?<T>(work: () => T): T
  /** Counts that only grow, such as kernels launched; a program's stats say by how much in its last run. */
  counters?(): Readonly<Record<string, number>>
  /** Ends the engine, if it is the backend's own; every array is freed by then. */
  end?(): void | Promise<void>
}

/**
 * A backend made of a table of kernels, one for each primitive. The helper runs the graphs: it puts
 * sizes in place of symbols, frees each value after its last use, and runs the loops.
 *
 * A run is synchronous: nothing comes between its nodes, and two runs never mix. A signal is looked
 * at before the run and before each step of a loop.
 *
 * @throws UnsupportedOpError from compile for a composite that has no kernel here.
 */
export function eagerBackend<H>(options: EagerOptions<H>): Backend {
  return new EagerBackend(options)
}

class EagerBackend<H> implements Backend {
  readonly specification = 1
  readonly name: string
  readonly composites: ReadonlySet<CompositeName>
  private readonly options: EagerOptions<H>
  private readonly device: EagerDevice<H>
  private ended = false

  constructor(options: EagerOptions<H>) {
    const { name, kernels, composites = {} } = options
    this.name = name
    this.composites = new Set(Object.keys(composites) as CompositeName[])
    this.options = options
    this.device = {
      name,
      kernels,
      composites,
      loops: {
        entry: options.entry?.bind(options),
        stack: options.stack?.bind(options),
      },
      memory: new EagerMemory(options),
      arrays: new Set(),
      upload: (array) => options.upload(array),
      within: (work) => (options.within ? options.within(work) : work()),
      counters: () => options.counters?.() ?? {},
      read: (handle, type) => options.read(handle, type),
      expectAlive: () => this.expectAlive(),
    }
  }

  info(): Readonly<Record<string, string | number | boolean>> {
    return this.options.info?.() ?? {}
  }

  async compile(graph: Graph, { signal, constants = [] }: CompileOptions = {}): Promise<Program> {
    const startMs = performance.now()
    this.expectAlive()
    expectNotAborted(signal, `${this.name}: compile ${graph.name}`)
    check(graph)
    checkConstants(graph, constants)
    this.expectSupported(graph)
    return new EagerProgram(this.device, graph, startMs)
  }

  upload(array: HostArray): DeviceArray {
    this.expectAlive()
    checkHostArray(array)
    const { kind, shape } = array
    const handle = this.device.within(() => this.options.upload(array))
    const value = this.device.memory.own(handle, { kind, shape: [...shape] })
    return new EagerArray(this.device, value)
  }

  live(): { readonly arrays: number; readonly bytes: number } {
    const { arrays, bytes } = this.device.memory
    return { arrays, bytes }
  }

  async dispose(): Promise<void> {
    if (this.ended) return
    this.ended = true
    for (const array of this.device.arrays) array.dispose()
    await this.options.end?.()
  }

  private expectAlive(): void {
    if (this.ended) throw new BackendError({ backend: this.name, problem: 'the backend is disposed' })
  }

  private expectSupported(graph: Graph): void {
    for (const node of graph.nodes) {
      const { op, scope } = node
      if (op === 'scan') this.expectSupported(node.attributes.body)
      if (!isComposite(op) || this.composites.has(op)) continue
      const hint =
        op === 'dropoutMask'
          ? 'draw the masks in core and give them as inputs'
          : 'lower the graph first: lower(graph, backend.composites)'
      throw new UnsupportedOpError({ backend: this.name, op, scope: scope || undefined, hint })
    }
  }
}
