import { BackendError, OptionError } from '../errors.ts'
import type { Bindings } from '../graph/dims.ts'
import type { Graph } from '../graph/graph.ts'
import { bindInputs, checkHostArray } from './binding.ts'
import { type BoundPlan, bindPlan } from './bound-plan.ts'
import type { DeviceArray, HostArray, Program, ProgramInputs, RunOptions } from './contract.ts'
import { EagerArray, type EagerHome } from './eager-array.ts'
import type { EagerComposites, EagerKernels, EagerValue } from './eager-kernels.ts'
import { type EagerLoops, execute, expectNotAborted } from './eager-run.ts'
import { countNodes, type LivePlan, planLiveness } from './liveness.ts'

/** What programs need of their backend, beside what its arrays need. */
export interface EagerDevice<H> extends EagerHome<H> {
  readonly kernels: EagerKernels<H>
  readonly composites: EagerComposites<H>
  readonly loops: EagerLoops<H>
  upload(array: HostArray): H
  within<T>(work: () => T): T
  counters(): Readonly<Record<string, number>>
  expectAlive(): void
}

/** A graph that runs over a table of kernels. A run is one synchronous stretch, so runs never interleave. */
export class EagerProgram<H> implements Program {
  readonly stats: Program['stats']
  private readonly device: EagerDevice<H>
  private readonly graph: Graph
  private readonly plan: LivePlan
  private bound: { readonly key: string; readonly plan: BoundPlan } | undefined
  private disposed = false

  constructor(device: EagerDevice<H>, graph: Graph, startMs: number) {
    this.device = device
    this.graph = graph
    this.plan = planLiveness(graph)
    this.stats = { nodes: countNodes(graph), compileMs: performance.now() - startMs }
  }

  async run(inputs: ProgramInputs, options: RunOptions = {}): Promise<Record<string, DeviceArray>> {
    const { donate = [], signal } = options
    const { device, graph } = this
    this.expectAlive()
    expectNotAborted(signal, `${device.name}: run ${graph.name}`)
    const bindings = bindInputs(graph, inputs)
    this.expectUsable(inputs)
    const donated = donate.map((name) => expectDonatable(name, inputs[name]))
    const plan = this.planFor(bindings)
    const before = device.counters()
    const results = device.within(() => {
      const values = this.upload(inputs)
      const owned = values.filter((_, i) => 'data' in inputs[graph.inputs[i]!.name]!)
      return execute(device, plan, values, { owned, signal })
    })
    Object.assign(this.stats, growth(before, device.counters()))
    for (const array of donated) array.dispose()
    return Object.fromEntries(
      graph.outputs.map((port, i) => [port.name, new EagerArray(device, results[i]!)]),
    )
  }

  dispose(): void {
    this.disposed = true
    this.bound = undefined
  }

  private expectAlive(): void {
    this.device.expectAlive()
    if (this.disposed) {
      throw new BackendError({
        backend: this.device.name,
        problem: `program '${this.graph.name}' is disposed`,
      })
    }
  }

  /** Refuses disposed arrays, those of another backend, and host arrays whose data do not fit. */
  private expectUsable(inputs: ProgramInputs): void {
    for (const [name, array] of Object.entries(inputs)) {
      if ('data' in array) checkHostArray(array)
      else this.own(name, array)
    }
  }

  private own(name: string, array: DeviceArray): EagerValue<H> {
    if (array instanceof EagerArray && array.home === this.device) return array.use(`input '${name}'`)
    throw new BackendError({
      backend: this.device.name,
      problem: `input '${name}' is an array of another backend`,
      hint: 'read it there and upload it here',
    })
  }

  /** One value for each input of the graph; those of host arrays are new. */
  private upload(inputs: ProgramInputs): EagerValue<H>[] {
    const { memory } = this.device
    const fresh: EagerValue<H>[] = []
    try {
      return this.graph.inputs.map(({ name, value: id }) => {
        const array = inputs[name]!
        if (!('data' in array)) return this.own(name, array)
        // What nothing reads may hold what the device cannot, such as a random key whose masks are inputs too.
        const needed = this.plan.unused.includes(id) ? { ...array, data: array.data.slice().fill(0) } : array
        const value = memory.own(this.device.upload(needed), { kind: array.kind, shape: [...array.shape] })
        fresh.push(value)
        return value
      })
    } catch (error) {
      for (const value of fresh) memory.free(value)
      throw error
    }
  }

  /** The plan for these sizes; runs of the same sizes one after another share it. */
  private planFor(bindings: Bindings): BoundPlan {
    const key = JSON.stringify(bindings)
    if (this.bound?.key !== key) this.bound = { key, plan: bindPlan(this.plan, bindings) }
    return this.bound.plan
  }
}

function growth(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]))
}

function expectDonatable(name: string, array: DeviceArray | HostArray | undefined): DeviceArray {
  if (!array) throw new OptionError({ option: 'donate', problem: `there is no input '${name}'` })
  if (!('data' in array)) return array
  throw new OptionError({
    option: 'donate',
    problem: `input '${name}' is a host array`,
    hint: 'donate device arrays only: upload it first, or leave it out of donate',
  })
}
