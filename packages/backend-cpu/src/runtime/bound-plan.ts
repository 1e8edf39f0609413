import type { DeviceMemory } from '../memory/device-memory.ts'
import type { AddressList, Instruction } from '../planner/flat-plan.ts'
import type { Plan } from '../planner/plan.ts'
import { LiteralMap } from '../planner/storage.ts'
import type { TeamPlan } from '../threads/team.ts'
import { bytesPerElement } from './cpu-array.ts'

/** The literals of a program in memory, shared by its plans. */
export class LiteralPool {
  private readonly memory: DeviceMemory
  private readonly addresses = new LiteralMap<number>()

  constructor(memory: DeviceMemory) {
    this.memory = memory
  }

  address(literal: Parameters<LiteralMap<number>['get']>[0]): number {
    return this.addresses.get(literal, () => {
      const address = this.memory.allocate(literal.words.length * bytesPerElement)
      this.memory.intWords.set(literal.words, address / bytesPerElement)
      return address
    })
  }

  release(): void {
    for (const address of this.addresses.values()) this.memory.release(address)
    this.addresses.clear()
  }
}

/** A plan whose words lie in memory; a run only changes the addresses that are not what they were. */
export class BoundPlan {
  readonly plan: Plan
  readonly donated: readonly boolean[]
  readonly start: number
  readonly end: number
  private readonly memory: DeviceMemory
  private readonly inputs: number[]
  private readonly outputs: number[]
  private workspace = -1
  /** Room for a copy of the words for each thread but the first; 0 where they share them. */
  private readonly copies: number

  /** @param threads how many may walk the plan together. */
  constructor(
    memory: DeviceMemory,
    literals: LiteralPool,
    plan: Plan,
    donated: readonly boolean[],
    threads: number,
  ) {
    this.memory = memory
    this.plan = plan
    this.donated = donated
    const literalAddresses = plan.literals.map(({ literal }) => literals.address(literal))
    this.start = memory.allocate(plan.words.length * bytesPerElement)
    this.end = this.start + plan.words.length * bytesPerElement
    this.copies = plan.shared?.needsCopies ? memory.allocate((threads - 1) * (this.end - this.start)) : 0
    memory.intWords.set(plan.words, this.start / bytesPerElement)
    plan.literals.forEach(({ addresses }, i) => {
      this.point(addresses, literalAddresses[i]!)
    })
    this.inputs = plan.inputs.map(() => -1)
    this.outputs = plan.outputs.map(() => -1)
  }

  setWorkspace(address: number): void {
    if (this.workspace === address) return
    this.workspace = address
    this.point(this.plan.workspace, address)
  }

  setInput(slot: number, address: number): void {
    if (this.inputs[slot] === address) return
    this.inputs[slot] = address
    this.point(this.plan.inputs[slot]!, address)
  }

  setOutput(slot: number, address: number): void {
    if (this.outputs[slot] === address) return
    this.outputs[slot] = address
    this.point(this.plan.outputs[slot]!, address)
  }

  /** The plan as threads walk it together; undefined: it is for one. */
  get teamPlan(): TeamPlan | undefined {
    const { start, end, copies } = this
    const { shared } = this.plan
    return shared && { start, end, copies, scratchBytes: shared.scratchBytes }
  }

  /** The instruction at an address of the memory. */
  instructionAt(address: number): Instruction | undefined {
    const word = (address - this.start) / bytesPerElement
    return this.plan.instructions.findLast((instruction) => instruction.word <= word)
  }

  release(): void {
    this.memory.release(this.start)
    if (this.copies !== 0) this.memory.release(this.copies)
  }

  private point(list: AddressList, base: number): void {
    const words = this.memory.intWords
    const first = this.start / bytesPerElement
    for (let i = 0; i < list.length; i += 2) words[first + list[i]!] = base + list[i + 1]!
  }
}
