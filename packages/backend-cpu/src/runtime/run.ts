import { BackendError, type DeviceArray, type HostArray } from '@dragoman/core/backend'
import type { PlanError } from '../engine.ts'
import { errorCodes } from '../plan/encoding.ts'
import type { RecordedPlan } from '../profile/recorder.ts'
import type { Team } from '../threads/team.ts'
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
  /** Of device arrays; the copies of host arrays get theirs when they are made. */
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

  /**
   * Copies the host arrays, and takes the donated inputs from the caller; their memory is given back when the run is
   * over.
   *
   * @throws BackendError when there is no memory for it: nothing has happened then.
   */
  takeInputs(): void {
    try {
      this.copyInputs()
    } catch (error) {
      this.releaseAll()
      throw error
    }
    this.takeDonated()
  }

  private copyInputs(): void {
    const { memory } = this.device
    this.parts.arrays.forEach((array, slot) => {
      if (this.addresses[slot] !== undefined || array instanceof CpuArray) return
      const copy = memory.allocate(array.data.length * bytesPerElement)
      this.copies.push(copy)
      this.addresses[slot] = copy
      writeElements(memory, copy, array)
    })
  }

  private takeDonated(): void {
    for (const { slot } of this.parts.donate) {
      const array = this.parts.arrays[slot]
      if (!(array instanceof CpuArray) || this.given.has(array)) continue
      this.given.set(array, { slot, address: this.addresses[slot]! })
      array.release()
    }
  }

  /** @throws BackendError when there is no memory for it: nothing has happened then, unless `takeInputs` was called. */
  begin(): Outputs | Promise<Outputs> {
    const { bound } = this.parts
    try {
      this.place()
    } catch (error) {
      this.releaseAll()
      throw error
    }
    this.takeDonated()
    const { engine, recorder } = this.device
    const { teamPlan } = bound
    const team = teamPlan && this.device.team
    if (team && !team.isReady) team.assemble(false)
    const isShared = team?.isReady ?? false
    if (recorder) {
      const error = recorder.walk(this.recorded(isShared ? team : undefined))
      return this.end(error?.code ?? errorCodes.ok, error)
    }
    if (!team || !isShared) return this.end(engine.walk(bound.start, bound.end), engine.lastError())
    const code = team.walk(teamPlan)
    if (typeof code === 'number') return this.end(code, team.errorOf(code))
    return code.then((late) => this.end(late, team.errorOf(late)))
  }

  /** The plan for a recorder, which walks each instruction by itself. */
  private recorded(team: Team | undefined): RecordedPlan {
    const { engine, memory } = this.device
    const { bound } = this.parts
    const { scratchBytes } = bound.teamPlan ?? { scratchBytes: 0 }
    return {
      key: bound.plan,
      start: bound.start / bytesPerElement,
      end: bound.end / bytesPerElement,
      words: memory.intWords,
      isShared: team !== undefined,
      instructionAt: (word) => bound.instructionAt(word * bytesPerElement),
      walk(first, behind, isShared) {
        const [start, end] = [first * bytesPerElement, behind * bytesPerElement]
        if (!team || !isShared) return engine.walk(start, end) ? engine.lastError() : undefined
        // A backend with a recorder has a team only where it leads, and then the walk ends at once.
        const code = team.walk({ start, end, copies: 0, scratchBytes }) as number
        return code ? team.errorOf(code) : undefined
      },
    }
  }

  private place(): void {
    const { memory, workspace } = this.device
    const { bound } = this.parts
    this.copyInputs()
    const addresses = this.addresses as readonly number[]
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
