import type { Frame, KernelStep, LoopStep, Step } from './step.ts'
import { placementOf, type Storage } from './storage.ts'
import { rangeOf, type View } from './view.ts'

/** For how many threads a plan is made, and from which work on they share it. */
export interface Sharing {
  readonly threads: number
  /** Nanoseconds between two meetings from which on an instruction is shared. */
  readonly leastStepNs: number
  /** Nanoseconds of shared instructions from which on a plan is. */
  readonly leastPlanNs: number
}

/** What a step touched since the threads met. */
interface Touch {
  readonly space: string
  readonly low: number
  readonly high: number
  readonly isWrite: boolean
  readonly isAlone: boolean
  /** Equal for touches that divide the same elements among the threads in the same way. */
  readonly division: string | undefined
}

/**
 * Decides which steps the threads of a team share, and where they must meet: where a step touches what another thread
 * may still be at work on. Steps that nobody else waits for follow each other without.
 */
export class Partition {
  private readonly sharing: Sharing
  private touches: Touch[] = []
  private readonly known = new Map<Step, readonly Touch[]>()

  constructor(sharing: Sharing) {
    this.sharing = sharing
  }

  /** Whether one thread does the step alone: what is small, or cannot be divided. */
  isAlone(step: Step): boolean {
    if (step.type === 'loop') return step.body.steps.every((each) => this.isAlone(each))
    const { ns, meetings } = step.work
    return ns === 0 || ns / (meetings + 1) < this.sharing.leastStepNs
  }

  /** Whether the plan has enough to share. */
  isWorthwhile(root: Frame): boolean {
    return this.sharedNs(root) > this.sharing.leastPlanNs
  }

  /** Whether threads change the words of the plan while they walk it. */
  hasSharedLoop(root: Frame): boolean {
    return root.steps.some((step) => step.type === 'loop' && !this.isAlone(step))
  }

  /** Whether the threads must meet before a step. */
  collides(step: Step): boolean {
    return this.touchesOf(step).some((touch) => this.touches.some((before) => collide(before, touch)))
  }

  /** Keeps in mind what a step touches. */
  note(step: Step): void {
    for (const touch of this.touchesOf(step)) this.touches.push(touch)
  }

  /** The threads have met. */
  met(): void {
    this.touches = []
  }

  private touchesOf(step: Step): readonly Touch[] {
    const known = this.known.get(step)
    if (known) return known
    const isAlone = this.isAlone(step)
    const touches = [...kernels(step)].flatMap((kernel) => touchesOf(kernel, isAlone))
    this.known.set(step, touches)
    return touches
  }

  private sharedNs({ steps }: Frame): number {
    let sum = 0
    for (const step of steps) {
      if (step.type === 'loop') sum += step.body.count * this.sharedNs(step.body)
      else if (!this.isAlone(step)) sum += step.work.ns
    }
    return sum
  }
}

function* kernels(step: Step): Generator<KernelStep> {
  if (step.type === 'kernel') yield step
  else for (const each of (step satisfies LoopStep).body.steps) yield* kernels(each)
}

function touchesOf(step: KernelStep, isAlone: boolean): Touch[] {
  const touches: Touch[] = []
  const note = (view: View, isWrite: boolean): void => {
    const { root, offset, terms } = placementOf(view.storage)
    if (root.role === 'constant') return
    const range = rangeOf({ ...view, offset: view.offset + offset, terms: [...view.terms, ...terms] })
    const shift = root.role === 'workspace' ? root.position : 0
    touches.push({
      space: spaceOf(root),
      low: range.low + shift,
      high: range.high + shift,
      isWrite,
      isAlone,
      division: step.divisionOf?.(view),
    })
  }
  for (const view of step.reads) note(view, false)
  for (const view of step.writes) note(view, true)
  if (step.scratchBytes > 0) {
    const isWrite = step.sharesScratch
    touches.push({ space: 'scratch', low: 0, high: 1, isWrite, isAlone, division: undefined })
  }
  return touches
}

function spaceOf({ role, slot }: Storage): string {
  return role === 'workspace' ? role : `${role} ${slot}`
}

function collide(a: Touch, b: Touch): boolean {
  if (!(a.isWrite || b.isWrite) || (a.isAlone && b.isAlone)) return false
  if (a.space !== b.space || a.low >= b.high || b.low >= a.high) return false
  const isSame = a.division !== undefined && a.division === b.division
  return !(isSame && a.low === b.low && a.high === b.high)
}
