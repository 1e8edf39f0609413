import type { Kind } from '@dragoman/core/backend'
import type { Frame, KernelStep } from './step.ts'
import type { Term } from './view.ts'

/**
 * Where a storage lies: in the shared workspace, in the memory of an input or output of the run, or among the
 * constants of the program.
 */
export type Role = 'workspace' | 'input' | 'output' | 'constant'

/** A literal of the graph: its words, and what tells it from others. */
export interface Literal {
  readonly key: unknown
  readonly kind: Kind
  readonly words: Int32Array
}

/** One thing for each literal; equal scalars are one literal. */
export class LiteralMap<T> {
  private readonly kinds = new Map<Kind, Map<unknown, T>>()

  get(literal: Literal, make: () => T): T {
    const things = this.kinds.get(literal.kind) ?? new Map<unknown, T>()
    this.kinds.set(literal.kind, things)
    let thing = things.get(literal.key)
    if (thing === undefined) {
      thing = make()
      things.set(literal.key, thing)
    }
    return thing
  }

  *values(): Generator<T> {
    for (const things of this.kinds.values()) yield* things.values()
  }

  clear(): void {
    this.kinds.clear()
  }
}

/** One access of a storage by a step, in elements from its start. */
export interface Access {
  readonly step: KernelStep
  readonly isWrite: boolean
  /** Index of the view among the reads or writes of the step. */
  readonly index: number
  readonly low: number
  readonly high: number
}

/** Results that stand in a chain that is not emitted yet. */
export interface Pending {
  /** Emits the chain; afterwards the storage can be read. */
  flush(): void
}

/**
 * A run of elements that steps write and read. It is written once in program order, apart from carries and
 * from updates in place that follow the first write. Placing it within another one (`host`) is how copies vanish.
 */
export class Storage {
  readonly id: number
  /** Elements. */
  readonly size: number
  /** The loop whose iteration it lives in, or the root. */
  readonly frame: Frame
  readonly role: Role
  /** Index of the input or output. */
  readonly slot: number
  literal: Literal | undefined
  pending: Pending | undefined
  /** The loop that overwrites it at the end of each iteration. */
  carryOf: Frame | undefined
  accesses: Access[] = []
  host: Storage | undefined
  hostOffset = 0
  hostTerms: readonly Term[] = []
  /** Element offset within the workspace. */
  position = 0

  constructor(id: number, size: number, frame: Frame, role: Role, slot: number) {
    this.id = id
    this.size = size
    this.frame = frame
    this.role = role
    this.slot = slot
  }
}

/** A storage that has memory of its own, and where in it another one stands. */
export interface Placement {
  readonly root: Storage
  readonly offset: number
  readonly terms: readonly Term[]
}

/** Follows the hosts of a storage. */
export function placementOf(storage: Storage): Placement {
  let root = storage
  let offset = 0
  let terms: readonly Term[] = []
  while (root.host) {
    offset += root.hostOffset
    if (root.hostTerms.length > 0) terms = [...terms, ...root.hostTerms]
    root = root.host
  }
  return { root, offset, terms }
}
