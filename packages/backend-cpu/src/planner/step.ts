import type { PlanWriter } from '../plan/plan-writer.ts'
import type { View } from './view.ts'
import type { Work } from './work.ts'

/** A list of steps: the root of a plan, or the body of a loop. */
export class Frame {
  /** Tells the frames of one plan apart. */
  readonly id: number
  readonly parent: Frame | undefined
  readonly depth: number
  /** Iterations. */
  readonly count: number
  readonly steps: Step[] = []
  /** The loop that runs this body; undefined for the root and while the body is being made. */
  loop: LoopStep | undefined

  constructor(id: number, parent?: Frame, count = 1) {
    this.id = id
    this.parent = parent
    this.depth = parent ? parent.depth + 1 : 0
    this.count = count
  }
}

/** A word of an instruction that receives the address of a view; `'scratch'` is the start of the workspace. */
export interface Pointer {
  readonly word: number
  readonly target: View | 'scratch'
}

/** One instruction. */
export interface KernelStep {
  readonly type: 'kernel'
  /** Op of the graph and place in the model, for errors. */
  readonly op: string
  readonly scope: string
  /** Instruction, and its sizes for people. */
  readonly label: () => string
  readonly frame: Frame
  readonly reads: readonly View[]
  readonly writes: readonly View[]
  /** Whether write `w` may take the memory of read `r`, which it walks in the same order. */
  readonly mayShare: (r: number, w: number) => boolean
  /** Whether the step only moves its one read, whole and in order, to its one write. */
  readonly isMove: boolean
  readonly scratchBytes: number
  /** Whether threads exchange something through the scratch of the first. */
  readonly sharesScratch: boolean
  readonly work: Work
  /** Text that is equal for views whose elements the threads divide alike. */
  readonly divisionOf: ((view: View) => string | undefined) | undefined
  readonly write: (writer: PlanWriter) => Pointer[]
  time: number
}

export interface LoopStep {
  readonly type: 'loop'
  readonly scope: string
  readonly frame: Frame
  readonly body: Frame
  readonly reverse: boolean
  time: number
  endTime: number
}

export type Step = KernelStep | LoopStep

/** The step of `frame` that `step` belongs to: itself, or a loop around it; undefined outside of the frame. */
export function stepWithin(step: Step, frame: Frame): Step | undefined {
  let at: Step | undefined = step
  while (at && at.frame !== frame) at = at.frame.loop
  return at
}

/** Last moment of a step. */
export function endOf(step: Step): number {
  return step.type === 'loop' ? step.endTime : step.time
}
