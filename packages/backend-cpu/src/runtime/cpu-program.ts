import {
  AbortError,
  BackendError,
  bindInputs,
  checkHostArray,
  type DeviceArray,
  type Graph,
  type HostArray,
  OptionError,
  type Program,
  type ProgramInputs,
  type RunOptions,
} from '@dragoman/core/backend'
import type { Engine } from '../engine.ts'
import type { Workspace } from '../memory/workspace.ts'
import { errorCodes } from '../plan/encoding.ts'
import { planGraph } from '../planner/plan.ts'
import { BoundPlan, LiteralPool } from './bound-plan.ts'
import { type ArrayHome, bytesPerElement, CpuArray, writeElements } from './cpu-array.ts'
import { PlanCache } from './plan-cache.ts'

/** What programs need of their backend. */
export interface Device extends ArrayHome {
  readonly engine: Engine
  readonly workspace: Workspace
  readonly programs: Set<CpuProgram>
  expectAlive(): void
}

/** Plans that a program keeps: one for each set of sizes and of donated inputs. */
const mostPlans = 64

/** Tells runs apart, also of different programs. */
interface RunCounter {
  runs: number
}

export type ProgramStats = Record<
  'nodes' | 'compileMs' | 'plans' | 'planMs' | 'instructions' | 'workspaceBytes',
  number
>

/**
 * A graph that is planned anew for each set of sizes, and then only walked. A run is one synchronous stretch, so two
 * runs never mix.
 */
export class CpuProgram implements Program {
  readonly stats: ProgramStats
  private readonly device: Device
  private readonly graph: Graph
  private readonly counter: RunCounter
  private readonly plans = new PlanCache(mostPlans)
  private readonly literals: LiteralPool
  private readonly slots: ReadonlyMap<string, number>
  /** The plan of the last run. */
  private last: BoundPlan | undefined
  private disposed = false

  constructor(
    device: Device,
    graph: Graph,
    counter: RunCounter,
    stats: { nodes: number; compileMs: number },
  ) {
    this.device = device
    this.graph = graph
    this.counter = counter
    this.literals = new LiteralPool(device.memory)
    this.slots = new Map(graph.inputs.map(({ name }, slot) => [name, slot]))
    this.stats = { ...stats, plans: 0, planMs: 0, instructions: 0, workspaceBytes: 0 }
    device.programs.add(this)
  }

  async run(inputs: ProgramInputs, options: RunOptions = {}): Promise<Record<string, DeviceArray>> {
    const { donate = [], signal } = options
    this.expectAlive()
    if (signal?.aborted) {
      throw new AbortError({ operation: `${this.device.name}: run ${this.graph.name}`, cause: signal.reason })
    }
    const arrays = this.arraysOf(inputs)
    const donated = this.donatedOf(arrays, donate)
    const bound = this.planFor(inputs, donated)
    return this.execute(bound, arrays, donate)
  }

  dispose(): void {
    if (this.disposed) return
    this.disposed = true
    this.device.programs.delete(this)
    this.plans.release()
    this.literals.release()
    this.last = undefined
  }

  /** The plan of the last run, one instruction a line. */
  describe(): string {
    if (!this.last) return 'no run yet'
    const { instructions, workspaceBytes } = this.last.plan
    const lines = instructions.map(({ op, scope, depth, label }) => {
      const place = scope === '' ? op : `${op} in ${scope}`
      return `${'  '.repeat(depth)}${label()}  (${place})`
    })
    return [...lines, `${instructions.length} instructions, workspace of ${workspaceBytes} bytes`].join('\n')
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

  /** The inputs in the order of the graph; refuses disposed and foreign arrays. Missing ones are left to the binding. */
  private arraysOf(inputs: ProgramInputs): (CpuArray | HostArray | undefined)[] {
    return this.graph.inputs.map(({ name }) => {
      const array = inputs[name]
      if (!array) return undefined
      if ('data' in array) {
        checkHostArray(array)
        return array
      }
      if (array instanceof CpuArray && array.home === this.device) {
        array.address(`input '${name}'`)
        return array
      }
      throw new BackendError({
        backend: this.device.name,
        problem: `input '${name}' is an array of another backend`,
        hint: 'read it there and upload it here',
      })
    })
  }

  /** For each input whether its memory may be overwritten: one that is given under two names may not. */
  private donatedOf(
    arrays: readonly (CpuArray | HostArray | undefined)[],
    names: readonly string[],
  ): boolean[] {
    const donated = arrays.map(() => false)
    for (const name of names) {
      const slot = this.slots.get(name)
      const array = slot === undefined ? undefined : arrays[slot]
      if (array instanceof CpuArray) donated[slot!] = true
      else {
        throw new OptionError({
          option: 'donate',
          problem: array ? `input '${name}' is a host array` : `there is no input '${name}'`,
          hint: 'donate device arrays only: upload it first, or leave it out of donate',
        })
      }
    }
    if (names.length > 0) this.keepShared(arrays, donated)
    return donated
  }

  private keepShared(arrays: readonly (CpuArray | HostArray | undefined)[], donated: boolean[]): void {
    const run = this.counter.runs++
    arrays.forEach((array, slot) => {
      if (!(array instanceof CpuArray)) return
      if (array.run === run) {
        arrays.forEach((other, at) => {
          if (other === array) donated[at] = false
        })
        donated[slot] = false
      }
      array.run = run
    })
  }

  private planFor(inputs: ProgramInputs, donated: readonly boolean[]): BoundPlan {
    if (this.last && fits(this.last, inputs, donated)) return this.last
    const bindings = bindInputs(this.graph, inputs)
    const key = `${JSON.stringify(bindings)} ${donated.map(Number).join('')}`
    let bound = this.plans.get(key)
    if (!bound) {
      const startMs = performance.now()
      const plan = planGraph(this.graph, bindings, donated)
      bound = new BoundPlan(this.device.memory, this.literals, plan, donated)
      this.plans.add(key, bound)
      this.stats.plans += 1
      this.stats.planMs += performance.now() - startMs
    }
    this.last = bound
    this.stats.instructions = bound.plan.instructions.length
    this.stats.workspaceBytes = bound.plan.workspaceBytes
    return bound
  }

  private execute(
    bound: BoundPlan,
    arrays: readonly (CpuArray | HostArray | undefined)[],
    donate: readonly string[],
  ): Record<string, DeviceArray> {
    const { memory, workspace } = this.device
    const blocks: number[] = []
    const allocate = (elements: number): number => {
      const block = memory.allocate(elements * bytesPerElement)
      blocks.push(block)
      return block
    }
    let hostBlocks = 0
    let outputBlocks: number[] = []
    try {
      const addresses = arrays.map((array) => {
        if (array instanceof CpuArray) return array.address('input')
        const address = allocate(array!.data.length)
        writeElements(memory, address, array!)
        hostBlocks = blocks.length
        return address
      })
      workspace.reserve(bound.plan.workspaceBytes)
      outputBlocks = bound.plan.outputTypes.map(({ shape }, slot) => {
        const taken = bound.plan.takes[slot]!
        return taken >= 0 ? addresses[taken]! : allocate(shape.reduce((product, size) => product * size, 1))
      })
      bound.setWorkspace(workspace.base)
      addresses.forEach((address, slot) => {
        bound.setInput(slot, address)
      })
      outputBlocks.forEach((address, slot) => {
        bound.setOutput(slot, address)
      })
    } catch (error) {
      for (const block of blocks) memory.release(block)
      throw error
    }
    const code = this.device.engine.walk(bound.start, bound.end)
    for (const block of blocks.slice(0, hostBlocks)) memory.release(block)
    if (code !== errorCodes.ok) {
      for (const block of blocks.slice(hostBlocks)) memory.release(block)
      this.failed(bound, arrays, donate)
    }
    this.endDonated(bound, arrays, donate)
    const outputs: Record<string, DeviceArray> = {}
    bound.plan.outputTypes.forEach(({ name, kind, shape }, slot) => {
      outputs[name] = new CpuArray(this.device, kind, shape, outputBlocks[slot]!)
    })
    return outputs
  }

  /** Disposes donated arrays, but for the memory that outputs have now. */
  private endDonated(
    bound: BoundPlan,
    arrays: readonly (CpuArray | HostArray | undefined)[],
    donate: readonly string[],
  ): void {
    for (const name of donate) {
      const slot = this.slots.get(name)!
      const array = arrays[slot] as CpuArray
      if (bound.plan.takes.includes(slot)) array.release()
      else array.dispose()
    }
  }

  private failed(
    bound: BoundPlan,
    arrays: readonly (CpuArray | HostArray | undefined)[],
    donate: readonly string[],
  ): never {
    const error = this.device.engine.lastError()
    const place = error && bound.instructionAt(error.address)
    for (const name of donate) (arrays[this.slots.get(name)!] as CpuArray).dispose()
    const isIndex = error?.code === errorCodes.indexOutOfRange
    const problem = isIndex
      ? `index ${error.value} is outside of its axis`
      : `a plan is damaged (${error?.value})`
    throw new BackendError({
      backend: this.device.name,
      problem: `${place?.op ?? this.graph.name}: ${problem}`,
      seen: [
        ...(place?.scope ? [`in ${place.scope}`] : []),
        ...(donate.length > 0 ? [`the donated inputs are lost: ${donate.join(', ')}`] : []),
      ],
      hint: isIndex ? 'check the ids that the inputs hold against the sizes of the tables' : undefined,
    })
  }
}

/** Whether a plan is for inputs of these kinds and sizes, and for these donations. */
function fits({ plan, donated }: BoundPlan, inputs: ProgramInputs, wanted: readonly boolean[]): boolean {
  const { inputTypes } = plan
  let given = 0
  for (const _ in inputs) given++
  if (given !== inputTypes.length) return false
  for (let i = 0; i < inputTypes.length; i++) {
    const { name, kind, shape } = inputTypes[i]!
    const array = inputs[name]
    if (!array || array.kind !== kind || array.shape.length !== shape.length || donated[i] !== wanted[i])
      return false
    for (let axis = 0; axis < shape.length; axis++) if (array.shape[axis] !== shape[axis]) return false
  }
  return true
}
