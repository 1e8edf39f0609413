import { endOf, type Frame, type KernelStep, type Step, stepWithin } from './step.ts'
import { type Access, placementOf, type Storage } from './storage.ts'
import { elements, isContiguous, isWhole, rangeOf, type View } from './view.ts'

/** Numbers all steps in the order of execution, and notes on each storage what touches it. */
export function schedule(root: Frame, storages: readonly Storage[]): void {
  for (const storage of storages) storage.accesses = []
  let time = 0
  const visit = (frame: Frame): void => {
    for (const step of frame.steps) {
      step.time = time++
      if (step.type === 'loop') {
        visit(step.body)
        step.endTime = time++
      } else {
        note(step, step.reads, false)
        note(step, step.writes, true)
      }
    }
  }
  visit(root)
}

function note(step: KernelStep, views: readonly View[], isWrite: boolean): void {
  views.forEach((view, index) => {
    view.storage.accesses.push({ step, isWrite, index, ...rangeOf(view) })
  })
}

/**
 * Moves steps that could update an input in place behind everything else that reads the input, if nothing but
 * the deliveries waits for what they make. The steps must be scheduled anew afterwards.
 */
export function postponeUpdates(
  root: Frame,
  deliveries: ReadonlySet<Step | undefined>,
  isDonated: (storage: Storage) => boolean,
): void {
  const isLate = (step: Step): boolean => {
    if (step.type === 'loop' || deliveries.has(step)) return false
    const waits = ({ storage }: View) =>
      storage.accesses.every(
        (access) => access.step === step || (!access.isWrite && deliveries.has(access.step)),
      )
    const isReadLater = ({ storage }: View, r: number) =>
      isDonated(storage) &&
      step.writes.some((_, w) => step.mayShare(r, w)) &&
      storage.accesses.some((access) => access.step.time > step.time && !deliveries.has(access.step))
    return step.writes.every(waits) && step.reads.some(isReadLater)
  }
  const late = new Set(root.steps.filter(isLate))
  if (late.size === 0) return
  const early = root.steps.filter((step) => !late.has(step) && !deliveries.has(step))
  const last = root.steps.filter((step) => deliveries.has(step))
  root.steps.splice(0, root.steps.length, ...early, ...late, ...last)
}

/** All steps that are no loops, in the order of execution. */
export function* kernelSteps(frame: Frame): Generator<KernelStep> {
  for (const step of frame.steps) {
    if (step.type === 'loop') yield* kernelSteps(step.body)
    else yield step
  }
}

/** Part of the memory of a storage without host. */
interface Region {
  readonly root: Storage
  readonly low: number
  readonly high: number
}

function regionOf(view: View): Region | undefined {
  if (!isContiguous(view) || view.terms.some((term) => term.stride !== 0)) return undefined
  const { root, offset, terms } = placementOf(view.storage)
  if (terms.length > 0) return undefined
  const low = offset + view.offset
  return { root, low, high: low + elements(view.shape) }
}

/** The accesses of a region within a frame, each with the step of the frame that it belongs to. */
function accessesIn({ root, low, high }: Region, frame: Frame): { access: Access; within: Step }[] {
  const found: { access: Access; within: Step }[] = []
  for (const access of root.accesses) {
    if (access.high <= low || access.low >= high) continue
    const within = stepWithin(access.step, frame)
    if (within) found.push({ access, within })
  }
  return found
}

/** Moves a storage into another one: from now on they are the same memory. */
function host(storage: Storage, into: Storage, offset: number, terms: View['terms']): void {
  storage.host = into
  storage.hostOffset = offset
  storage.hostTerms = terms.filter((term) => term.stride !== 0)
  const anywhere = storage.hostTerms.length > 0
  for (const access of storage.accesses) {
    const low = anywhere ? 0 : access.low + offset
    const high = anywhere ? into.size : access.high + offset
    into.accesses.push({ ...access, low, high })
  }
  storage.accesses = []
}

/**
 * Lets a write of a step take the memory of one of its reads, when nothing needs what is read afterwards.
 * Returns whether it could.
 */
export function shareMemory(
  step: KernelStep,
  r: number,
  w: number,
  isWritable: (root: Storage) => boolean,
): boolean {
  const target = step.writes[w]!
  const { storage } = target
  if (storage.host || storage.role !== 'workspace' || storage.carryOf || !isWhole(target)) return false
  const region = regionOf(step.reads[r]!)
  if (!region || region.root === storage || region.high - region.low !== storage.size) return false
  if (storage.frame !== step.frame || region.root.frame !== step.frame || !isWritable(region.root))
    return false
  for (const { access, within } of accessesIn(region, step.frame)) {
    if (endOf(within) < step.time) continue
    const isSameRun = access.low === region.low && access.high === region.high
    if (access.step !== step || access.isWrite || !isSameRun || !step.mayShare(access.index, w)) return false
  }
  host(storage, region.root, region.low, [])
  return true
}

/**
 * Lets what a move reads be made at the place that the move would write, when that place is free until then.
 * Returns whether it could.
 */
export function makeInPlace(step: KernelStep): boolean {
  const [source, target] = [step.reads[0]!, step.writes[0]!]
  const { root, low, high } = { low: 0, high: 0, ...regionOf(source) }
  if (root?.role !== 'workspace' || low !== 0 || high !== root.size) return false
  if (root.frame !== step.frame) return false
  const place = placementOf(target.storage)
  const terms = target.terms.filter((term) => term.stride !== 0)
  if (place.root === root || place.terms.length > 0) return false
  const offset = place.offset + target.offset
  if (!isFree(place.root, { step, root, offset, isEverywhere: terms.length > 0 })) return false
  host(root, place.root, offset, terms)
  return true
}

interface Move {
  readonly step: KernelStep
  readonly root: Storage
  readonly offset: number
  /** Whether the place is another one in each iteration. */
  readonly isEverywhere: boolean
}

function isFree(place: Storage, { step, root, offset, isEverywhere }: Move): boolean {
  const { frame } = step
  const made = accessesIn({ root, low: 0, high: root.size }, frame)
  const firstWrite = Math.min(...made.map(({ within }) => within.time))
  const maker = made.find(({ within }) => within.time === firstWrite)
  const lastRead = Math.max(...made.map(({ within }) => endOf(within)))
  const low = isEverywhere ? 0 : offset
  const high = isEverywhere ? place.size : offset + root.size
  for (const { access, within } of accessesIn({ root: place, low, high }, frame)) {
    if (access.step === step) continue
    if (within.time > step.time) {
      if (access.isWrite && within.time <= lastRead) return false
    } else if (endOf(within) >= firstWrite) {
      const isSameRun = access.low === low && access.high === high
      if (!isSameRun || !isReadByMaker(access, within, maker)) return false
    }
  }
  return true
}

/** Whether the place is read last by the step that makes the result, in the same order. */
function isReadByMaker(
  access: Access,
  within: Step,
  maker: { access: Access; within: Step } | undefined,
): boolean {
  if (!maker || access.isWrite || within !== maker.within || access.step !== maker.access.step) return false
  const { isWrite, low, high } = maker.access
  return (
    isWrite &&
    high - low === access.high - access.low &&
    access.step.mayShare(access.index, maker.access.index)
  )
}
