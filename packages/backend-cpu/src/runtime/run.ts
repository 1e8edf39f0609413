import { BackendError, type DeviceArray, type HostArray } from '@dragoman/core/backend'
import type { PlanError } from '../engine.ts'
import { errorCodes } from '../plan/encoding.ts'
import type { BoundPlan } from './bound-plan.ts'
import { bytesPerElement, CpuArray, writeElements } from './cpu-array.ts'
import type { Device } from './cpu-program.ts'

type Outputs = Record<string, DeviceArray>

/** What a run is about: a plan, and for each input of the graph an array. */
export interface RunParts {
  readonly graphName: string
  readonly bound: BoundPlan
  readonly arrays: readonly (CpuArray | HostArray)[]
  /** Inputs that the caller gave up. */
  readonly donate: readonly { readonly name: string; readonly slot: number }[]
}

/** One run of a plan: where its inputs and outputs lie, the walk, and what becomes of the donated inputs. */
export class Run {
  private readonly device: Device
  private readonly parts: RunParts
  /** Of device arrays; the copies of host arrays get theirs when the run begins. */
  private readonly addresses: (number | undefined)[]
  private readonly given = new Map<CpuArray, { slot: number; address: number }>()
  private readonly copies: number[] = []
  private outputBlocks: number[] = []

  constructor(device: Device, parts: RunParts) {
    this.device = device
    this.parts = parts
    this.addresses = parts.arrays.map((array) =>
      array instanceof CpuArray ? array.address('input') : undefined,
    )
  }

  /** Takes the donated inputs from the caller; their memory is given back when the run is over. */
  takeDonated(): void {
    for (const { slot } of this.parts.donate) {
      const array = this.parts.arrays[slot]
      if (!(array instanceof CpuArray) || this.given.has(array)) continue
      this.given.set(array, { slot, address: this.addresses[slot]! })
      array.release()
    }
  }

  /** @throws BackendError when there is no memory for it: nothing has happened then, unless `takeDonated` was called. */
  begin(): Outputs | Promise<Outputs> {
    const { bound } = this.parts
    try {
      this.place()
    } catch (error) {
      this.releaseAll()
      throw error
    }
    this.takeDonated()
    const { engine, team } = this.device
    const { teamPlan } = bound
    if (!teamPlan || !team) return this.end(engine.walk(bound.start, bound.end), engine.lastError())
    if (!team.isReady) {
      team.assemble(false)
      return this.end(engine.walk(bound.start, bound.end), engine.lastError())
    }
    const code = team.walk(teamPlan)
    if (typeof code === 'number') return this.end(code, team.errorOf(code))
    return code.then((late) => this.end(late, team.errorOf(late)))
  }

  private place(): void {
    const { memory, workspace } = this.device
    const { bound, arrays } = this.parts
    const addresses = arrays.map((array, slot) => {
      const known = this.addresses[slot]
      if (known !== undefined) return known
      const copy = memory.allocate((array as HostArray).data.length * bytesPerElement)
      this.copies.push(copy)
      writeElements(memory, copy, array as HostArray)
      return copy
    })
    workspace.reserve(bound.plan.workspaceBytes)
    const { takes, outputTypes } = bound.plan
    outputTypes.forEach(({ shape }, slot) => {
      const taken = takes[slot]!
      const size = shape.reduce((product, size) => product * size, 1)
      this.outputBlocks.push(taken >= 0 ? addresses[taken]! : memory.allocate(size * bytesPerElement))
    })
    bound.setWorkspace(workspace.base)
    addresses.forEach((address, slot) => {
      bound.setInput(slot, address)
    })
    this.outputBlocks.forEach((address, slot) => {
      bound.setOutput(slot, address)
    })
  }

  private end(code: number, error: PlanError | undefined): Outputs {
    const { plan } = this.parts.bound
    if (code !== errorCodes.ok) {
      this.releaseAll()
      throw this.failure(error)
    }
    const { memory } = this.device
    for (const block of this.copies) memory.release(block)
    for (const { slot, address } of this.given.values()) {
      if (!plan.takes.includes(slot)) memory.release(address)
    }
    const outputs: Outputs = {}
    plan.outputTypes.forEach(({ name, kind, shape }, slot) => {
      outputs[name] = new CpuArray(this.device, kind, shape, this.outputBlocks[slot]!)
    })
    return outputs
  }

  /** Gives back what the run has: also donated inputs, once they were taken. */
  private releaseAll(): void {
    const { memory } = this.device
    const { takes } = this.parts.bound.plan
    for (const block of this.copies) memory.release(block)
    this.outputBlocks.forEach((block, slot) => {
      if (takes[slot]! < 0) memory.release(block)
    })
    for (const { address } of this.given.values()) memory.release(address)
  }

  private failure(error: PlanError | undefined): BackendError {
    const { bound, donate, graphName } = this.parts
    const place = error && bound.instructionAt(error.address)
    const isIndex = error?.code === errorCodes.indexOutOfRange
    const isLost = error?.code === errorCodes.lostThread
    const problem = isIndex
      ? `index ${error.value} is outside of its axis`
      : isLost
        ? 'a thread ended in the middle of the run'
        : `a plan is damaged (${error?.value})`
    return new BackendError({
      backend: this.device.name,
      problem: `${(isLost ? undefined : place?.op) ?? graphName}: ${problem}`,
      seen: [
        ...(place?.scope ? [`in ${place.scope}`] : []),
        ...(donate.length > 0
          ? [`the donated inputs are lost: ${donate.map(({ name }) => name).join(', ')}`]
          : []),
      ],
      hint: isIndex
        ? 'check the ids that the inputs hold against the sizes of the tables'
        : isLost
          ? 'run again: from now on one thread does it'
          : undefined,
    })
  }
}
