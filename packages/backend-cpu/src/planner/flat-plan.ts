import { PlanWriter } from '../plan/plan-writer.ts'
import type { Partition } from './partition.ts'
import type { Frame, KernelStep, LoopStep, Pointer, Step } from './step.ts'
import { type Literal, placementOf, type Storage } from './storage.ts'
import { isContiguous, keyOf, type View } from './view.ts'

const bytesPerWord = 4

/** Words of a plan that hold addresses in one block of memory: pairs of word number and byte offset in the block. */
export type AddressList = Int32Array

/** An instruction of a plan, for errors and for people. */
export interface Instruction {
  /** Word number of its start. */
  readonly word: number
  readonly op: string
  readonly scope: string
  readonly depth: number
  readonly label: () => string
}

/** A plan in words; its addresses are still to be filled in. */
export interface FlatPlan {
  readonly words: Int32Array
  readonly instructions: readonly Instruction[]
  readonly workspace: AddressList
  readonly inputs: readonly AddressList[]
  readonly outputs: readonly AddressList[]
  readonly literals: readonly { readonly literal: Literal; readonly addresses: AddressList }[]
}

/** An address that is not in its word yet; terms of loops further out are still to be added. */
interface Address {
  readonly root: Storage | 'scratch'
  readonly bytes: number
  readonly terms: View['terms']
}

interface Patch {
  readonly position: number
  readonly address: Address
}

/** Turns steps whose storages all have their place into words. */
class FlatPlanWriter {
  readonly writer: PlanWriter = new PlanWriter()
  readonly instructions: Instruction[] = []
  readonly addresses: Map<Storage | 'scratch', number[]> = new Map()
  private readonly patches = new Map<Frame, Patch[]>()
  private readonly partition: Partition | undefined
  /** Whether what is written is for one thread. */
  private isAlone = false

  constructor(partition: Partition | undefined) {
    this.partition = partition
  }

  writeFrame(frame: Frame): void {
    const steps = frame.steps.filter((step) => step.type === 'loop' || !isVain(step))
    if (this.partition && !this.isAlone) this.writeShared(this.partition, steps)
    else for (const step of steps) this.writeStep(step)
  }

  /** Steps for all threads, and between them runs of steps for one; barriers where the threads must meet. */
  private writeShared(partition: Partition, steps: readonly Step[]): void {
    let next = 0
    while (next < steps.length) {
      const step = steps[next]!
      if (partition.collides(step)) this.meet(partition, step.frame.depth)
      if (partition.isAlone(step)) {
        next = this.writeAlone(partition, steps, next)
      } else {
        partition.note(step)
        this.writeStep(step)
        next++
      }
    }
  }

  /** Writes the steps from `first` on that one thread can do without the others; gives the one behind them. */
  private writeAlone(partition: Partition, steps: readonly Step[], first: number): number {
    let next = first
    this.isAlone = true
    this.note('one thread', steps[first]!.frame.depth)
    this.writer.alone(() => {
      while (next < steps.length) {
        const step = steps[next]!
        if (!partition.isAlone(step) || partition.collides(step)) return
        partition.note(step)
        this.writeStep(step)
        next++
      }
    })
    this.isAlone = false
    return next
  }

  private meet(partition: Partition, depth: number): void {
    this.note('barrier', depth)
    this.writer.barrier()
    partition.met()
  }

  /** A line for people about what is no step of the graph. */
  private note(label: string, depth: number): void {
    this.instructions.push({ word: this.writer.length, op: '', scope: '', depth, label: () => label })
  }

  private writeStep(step: Step): void {
    if (step.type === 'loop') this.writeLoop(step)
    else this.writeKernel(step)
  }

  private writeKernel(step: KernelStep): void {
    const { op, scope, label, frame } = step
    this.instructions.push({ word: this.writer.length, op, scope, depth: frame.depth, label })
    for (const pointer of step.write(this.writer)) this.fill(pointer.word, addressOf(pointer), frame)
  }

  private writeLoop({ body, frame, scope, reverse }: LoopStep): void {
    const label = () => `loop ${body.count}`
    this.instructions.push({ word: this.writer.length, op: 'scan', scope, depth: frame.depth, label })
    const patches: Patch[] = []
    this.patches.set(body, patches)
    const partition = this.isAlone ? undefined : this.partition
    const { bases } = this.writer.loop({ count: body.count, reverse }, () => {
      // No iteration begins before all threads are through with what was before it.
      if (partition) this.meet(partition, body.depth)
      this.writeFrame(body)
      return patches.map(({ position, address }) => ({ position, base: 0, stride: strideOf(address, body) }))
    })
    patches.forEach(({ address }, i) => {
      this.fill(bases[i]!, address, frame)
    })
    if (partition) this.meet(partition, frame.depth)
  }

  /** The word becomes the address: the innermost loop that moves it adds to what the loops around it made. */
  private fill(position: number, address: Address, inner: Frame): void {
    for (let frame: Frame | undefined = inner; frame; frame = frame.parent) {
      if (strideOf(address, frame) === 0) continue
      this.patches.get(frame)!.push({ position, address })
      return
    }
    const list = this.addresses.get(address.root) ?? []
    this.addresses.set(address.root, list)
    list.push(position, address.bytes)
  }
}

function addressOf({ target }: Pointer): Address {
  if (target === 'scratch') return { root: 'scratch', bytes: 0, terms: [] }
  const { root, offset, terms } = placementOf(target.storage)
  return { root, bytes: (offset + target.offset) * bytesPerWord, terms: [...target.terms, ...terms] }
}

/** Bytes that an address moves in each iteration of a loop. */
function strideOf({ terms }: Address, loop: Frame): number {
  let stride = 0
  for (const term of terms) if (term.loop === loop) stride += term.stride
  return stride * bytesPerWord
}

/** Whether a step moves elements to where they are already. */
function isVain({ isMove, reads, writes }: KernelStep): boolean {
  if (!isMove) return false
  const [from, to] = [resolved(reads[0]!), resolved(writes[0]!)]
  return isContiguous(from) && from.storage === to.storage && keyOf(from) === keyOf(to)
}

/** The view in terms of the storage that has the memory. */
function resolved(view: View): View {
  const { root, offset, terms } = placementOf(view.storage)
  const moving = [...view.terms, ...terms].filter((term) => term.stride !== 0)
  return { ...view, storage: root, offset: offset + view.offset, terms: moving }
}

/**
 * @param scratchBytes room at the start of the workspace that instructions may use.
 * @param partition says what threads share; without one the plan is for one.
 */
export function writeFlatPlan(
  root: Frame,
  counts: { inputs: number; outputs: number },
  scratchBytes: number,
  partition?: Partition,
): FlatPlan {
  const flat = new FlatPlanWriter(partition)
  flat.writeFrame(root)
  const workspace: number[] = []
  const inputs: number[][] = Array.from({ length: counts.inputs }, () => [])
  const outputs: number[][] = Array.from({ length: counts.outputs }, () => [])
  const literals: FlatPlan['literals'][number][] = []
  for (const [storage, list] of flat.addresses) {
    if (storage === 'scratch') append(workspace, list, 0)
    else if (storage.role === 'input') append(inputs[storage.slot]!, list, 0)
    else if (storage.role === 'output') append(outputs[storage.slot]!, list, 0)
    else if (storage.literal) literals.push({ literal: storage.literal, addresses: Int32Array.from(list) })
    else append(workspace, list, scratchBytes + storage.position * bytesPerWord)
  }
  return {
    words: flat.writer.words(),
    instructions: flat.instructions,
    workspace: Int32Array.from(workspace),
    inputs: inputs.map((list) => Int32Array.from(list)),
    outputs: outputs.map((list) => Int32Array.from(list)),
    literals,
  }
}

function append(to: number[], list: readonly number[], offset: number): void {
  for (let i = 0; i < list.length; i += 2) to.push(list[i]!, list[i + 1]! + offset)
}
