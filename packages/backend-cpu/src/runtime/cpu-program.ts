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
import type { Sharing } from '../planner/partition.ts'
import { planGraph } from '../planner/plan.ts'
import type { Recorder } from '../profile/recorder.ts'
import type { Team } from '../threads/team.ts'
import { BoundPlan, LiteralPool } from './bound-plan.ts'
import { type ArrayHome, CpuArray } from './cpu-array.ts'
import { PlanCache } from './plan-cache.ts'
import { Run } from './run.ts'
import type { Turns } from './turns.ts'

/** What programs need of their backend. */
export interface Device extends ArrayHome {
  readonly engine: Engine
  /** Threads that share large plans, if there are several; and from which size on. */
  readonly team: Team | undefined
  readonly sharing: Sharing | undefined
  /** Walks the plans instead, where there is one. */
  readonly recorder: Recorder | undefined
  readonly turns: Turns
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
 * A graph that is planned anew for each set of sizes, and then only walked. A run is one synchronous stretch, or waits
 * for its turn where this thread does not walk itself: two runs never mix.
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
    const run = new Run(this.device, {
      graphName: this.graph.name,
      bound,
      // Binding has made sure that none is missing.
      arrays: arrays as (CpuArray | HostArray)[],
      donate: donate.map((name) => ({ name, slot: this.slots.get(name)! })),
    })
    return this.device.team?.leads === false ? this.inTurn(run) : run.begin()
  }

  /** A run beside this thread: what it works on stays where it is until it is over. */
  private async inTurn(run: Run): Promise<Record<string, DeviceArray>> {
    const { memory, turns } = this.device
    memory.hold()
    try {
      run.takeInputs()
      return await turns.take(() => {
        this.device.expectAlive()
        return run.begin()
      })
    } finally {
      memory.letGo()
    }
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
      return `${'  '.repeat(depth)}${label()}${place === '' ? '' : `  (${place})`}`
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
      // What is no array at all, the binding says best.
      if (!Array.isArray(array.shape)) bindInputs(this.graph, inputs)
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
      const { memory, sharing } = this.device
      const plan = planGraph(this.graph, bindings, donated, sharing)
      bound = new BoundPlan(memory, this.literals, plan, donated, sharing?.threads ?? 1)
      this.plans.add(key, bound)
      const planMs = performance.now() - startMs
      this.stats.plans += 1
      this.stats.planMs += planMs
      if (this.device.recorder) this.device.recorder.planMs += planMs
    }
    this.last = bound
    this.stats.instructions = bound.plan.instructions.length
    this.stats.workspaceBytes = bound.plan.workspaceBytes
    return bound
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
