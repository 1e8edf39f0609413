import { type ArgumentKind, type InstructionName, instructions } from '../plan/encoding.ts'
import type { PlanWriter, Values } from '../plan/plan-writer.ts'
import { Frame, type KernelStep, type Pointer } from './step.ts'
import { type Literal, LiteralMap, type Role, Storage } from './storage.ts'
import {
  broadcasted,
  collapse,
  elements,
  frameOf,
  isContiguous,
  keyOf,
  reshaped,
  type View,
  viewOf,
  withoutRepeats,
} from './view.ts'
import { undivided, workOf, workOfCopy } from './work.ts'

/** What a step needs beside what the emitter knows. */
export type StepParts = Pick<KernelStep, 'label' | 'reads' | 'writes' | 'write'> &
  Partial<Pick<KernelStep, 'mayShare' | 'isMove' | 'scratchBytes' | 'sharesScratch' | 'work' | 'divisionOf'>>

/** An instruction without a tail: `write` and `read` name its pointer arguments. */
export interface PlainStep<K extends InstructionName> {
  readonly name: K
  readonly writes: Readonly<Record<string, View>>
  readonly reads: Readonly<Record<string, View | undefined>>
  readonly numbers: Readonly<Record<string, number>>
  /** Pairs [write, read] of argument names that may have the same memory. */
  readonly share?: readonly (readonly [string, string])[]
  readonly scratchBytes?: number
}

/**
 * Collects the steps of a plan. A step goes to the outermost frame that its operands allow, so that what does not
 * change in a loop is computed once before it.
 */
export class Emitter {
  readonly root: Frame = new Frame(0)
  readonly storages: Storage[] = []
  /** The node that steps are made for. */
  op = ''
  scope = ''
  private frames = 1
  private readonly copies = new Map<string, View>()
  private readonly literals: LiteralMap<Storage> = new LiteralMap()

  storage(size: number, frame: Frame, role: Role = 'workspace', slot = -1): Storage {
    const storage = new Storage(this.storages.length, size, frame, role, slot)
    this.storages.push(storage)
    return storage
  }

  frame(parent: Frame, count: number): Frame {
    return new Frame(this.frames++, parent, count)
  }

  literal(literal: Literal, shape: readonly number[]): View {
    const storage = this.literals.get(literal, () => {
      const made = this.storage(literal.words.length, this.root, 'constant')
      made.literal = literal
      return made
    })
    return viewOf(storage, shape)
  }

  /** The innermost frame of some views: where a step on them belongs. */
  frameFor(views: readonly (View | undefined)[]): Frame {
    let frame = this.root
    for (const view of views) {
      if (!view) continue
      const own = frameOf(view)
      if (own.depth > frame.depth) frame = own
    }
    return frame
  }

  /** A new tensor in the workspace, in the frame that suits what it is made from. */
  result(shape: readonly number[], from: readonly (View | undefined)[]): View {
    return viewOf(this.storage(elements(shape), this.frameFor(from)), shape)
  }

  /** The view, with the step that makes it emitted. */
  ready(view: View): View {
    view.storage.pending?.flush()
    return view
  }

  /** Appends a step; one that writes nothing is left out. */
  step(parts: StepParts): void {
    const { reads, writes } = parts
    if (writes.every(({ shape }) => elements(shape) === 0)) return
    for (const view of reads) this.ready(view)
    const frame = this.frameFor([...reads, ...writes])
    frame.steps.push({
      type: 'kernel',
      op: this.op,
      scope: this.scope,
      frame,
      mayShare: parts.mayShare ?? (() => false),
      isMove: parts.isMove ?? false,
      scratchBytes: parts.scratchBytes ?? 0,
      sharesScratch: parts.sharesScratch ?? false,
      work: parts.work ?? undivided,
      divisionOf: parts.divisionOf,
      time: 0,
      label: parts.label,
      reads,
      writes,
      write: parts.write,
    })
  }

  /** Appends an instruction whose operands are all contiguous and without a tail. */
  plain<K extends InstructionName>({
    name,
    writes,
    reads,
    numbers,
    share,
    scratchBytes,
  }: PlainStep<K>): void {
    const readNames = Object.keys(reads).filter((key) => reads[key])
    const writeNames = Object.keys(writes)
    const targets: Record<string, View | undefined> = { ...reads, ...writes }
    this.step({
      label: () => labelOf(name, numbers),
      reads: readNames.map((key) => reads[key]!),
      writes: Object.values(writes),
      scratchBytes: scratchBytes ?? 0,
      sharesScratch: name === 'normGrad',
      work: workOf(name, numbers),
      mayShare: (r, w) => share?.some(([to, from]) => writeNames[w] === to && readNames[r] === from) ?? false,
      write: (writer) => writePlain(writer, name, numbers, targets),
    })
  }

  /** dst = src, element by element; `src` is broadcast to it. */
  copy(dst: View, src: View): void {
    const from = broadcasted(src, dst.shape)
    const isMove = isContiguous(dst) && isContiguous(from)
    this.step({
      label: () => `copyStrided ${dst.shape.join('×')}`,
      reads: [from],
      writes: [dst],
      isMove,
      work: workOfCopy(dst.shape),
      mayShare: () => isMove,
      write(writer) {
        const layout = { dims: dst.shape, dstStrides: dst.strides, srcStrides: from.strides }
        const at = writer.copyStrided({ dst: 0, src: 0, ...layout })
        return [
          { word: at.dst, target: dst },
          { word: at.src, target: from },
        ]
      },
    })
  }

  /** dst = one word everywhere. */
  fill(dst: View, word: number): void {
    this.plain({ name: 'fill', writes: { dst }, reads: {}, numbers: { n: elements(dst.shape), word } })
  }

  /** The same elements in row-major order without gaps: the view itself, or a copy that all users share. */
  contiguous(view: View): View {
    this.ready(view)
    if (isContiguous(view)) return view
    const key = keyOf(view)
    let copy = this.copies.get(key)
    if (!copy) {
      copy = this.result(view.shape, [view])
      this.copy(copy, view)
      this.copies.set(key, copy)
    }
    return copy
  }

  /** A view with the same elements that repeats a contiguous tensor: only what differs is copied. */
  compact(view: View): View {
    return broadcasted(this.contiguous(withoutRepeats(view)), view.shape)
  }

  /** The elements under another shape: a view where strides can say it, else a copy. */
  reshape(view: View, shape: readonly number[]): View {
    return reshaped(view, shape) ?? reshaped(this.contiguous(view), shape)!
  }

  /** Whether each element is surely +0. */
  isZero({ storage, strides, shape }: View): boolean {
    const { literal } = storage
    if (!literal) return false
    const repeats = collapse({ storage, strides, shape, offset: 0, terms: [] }).strides.every((s) => s === 0)
    return repeats
      ? literal.words.length === 1 && literal.words[0] === 0
      : literal.words.every((w) => w === 0)
  }
}

/** An instruction with its whole numbers but strides: its sizes. */
function labelOf(name: InstructionName, numbers: Readonly<Record<string, number>>): string {
  const kinds: Readonly<Record<string, ArgumentKind>> = instructions[name].args
  const isSize = (key: string) => kinds[key] === 'int' && !/(Batch|Head|Row|Column)$/.test(key)
  const sizes = Object.entries(numbers).filter(([key]) => isSize(key))
  return [name, ...sizes.map(([key, value]) => `${key} ${value}`)].join(' ')
}

function writePlain(
  writer: PlanWriter,
  name: InstructionName,
  numbers: Readonly<Record<string, number>>,
  targets: Readonly<Record<string, View | undefined>>,
): Pointer[] {
  const values: Record<string, number> = {}
  for (const key of Object.keys(instructions[name].args)) values[key] = numbers[key] ?? 0
  const positions: Record<string, number> = writer.emit(name, values as Values<InstructionName>)
  const pointers: Pointer[] = []
  for (const [key, word] of Object.entries(positions)) {
    const target = key === 'scratch' ? 'scratch' : targets[key]
    if (target) pointers.push({ word, target })
  }
  return pointers
}
