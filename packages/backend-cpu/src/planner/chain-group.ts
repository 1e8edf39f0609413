import type { ChainLeaf, ChainOp } from '../plan/chain.ts'
import type { ElementwiseOp } from '../plan/elementwise-ops.ts'
import { tileElements } from '../plan/encoding.ts'
import { elementwiseScratchBytes } from '../plan/scratch.ts'
import type { Emitter } from './emitter.ts'
import type { GraphScope } from './graph-scope.ts'
import type { Frame } from './step.ts'
import type { Pending, Storage } from './storage.ts'
import { type View, viewOf } from './view.ts'
import { workOfChain } from './work.ts'

/** How a chain reads an operand: see `leafModes` of the encoding. */
export interface Leaf {
  readonly view: View
  readonly mode: 'full' | 'scalar' | 'broadcast'
  readonly p: number
  readonly r: number
  readonly key: string
}

/** Where an operand of a chain comes from. */
export type Source = { readonly leaf: Leaf } | { readonly result: Storage }

/** The node that made a result: who else reads it decides whether it goes to memory. */
export interface Origin {
  readonly graphScope: GraphScope
  readonly node: number
  readonly value: number
  readonly op: string
  readonly scope: string
}

interface Entry {
  readonly op: ElementwiseOp
  readonly sources: readonly Source[]
  readonly result: Storage
  readonly origin: Origin
}

/** More would only crowd the first-level cache: each register and each broadcast leaf has a tile of 2 kB. */
const mostOps = 48
const mostLeaves = 20

/**
 * Elementwise ops over the same n elements that will be one instruction. It stays open until something beside
 * the chain needs a result; all its leaves are computed already, so chains can be joined freely.
 */
export class ChainGroup implements Pending {
  readonly frame: Frame
  readonly n: number
  private readonly emitter: Emitter
  private readonly entries: Entry[] = []
  private readonly leaves = new Map<string, Leaf>()

  constructor(emitter: Emitter, frame: Frame, n: number) {
    this.emitter = emitter
    this.frame = frame
    this.n = n
  }

  /** Whether the ops of `others` and one more with up to three new leaves still fit. */
  hasRoomFor(others: Iterable<ChainGroup>): boolean {
    let ops = this.entries.length + 1
    let leaves = this.leaves.size + 3
    for (const other of others) {
      if (other === this) continue
      ops += other.entries.length
      leaves += other.leaves.size
    }
    return ops <= mostOps && leaves <= mostLeaves
  }

  /** Takes over the ops of another group. */
  absorb(other: ChainGroup): void {
    for (const entry of other.entries) {
      this.entries.push(entry)
      entry.result.pending = this
    }
    for (const [key, leaf] of other.leaves) this.leaves.set(key, leaf)
  }

  append(op: ElementwiseOp, sources: readonly Source[], origin: Origin): Storage {
    const result = this.emitter.storage(this.n, this.frame)
    for (const source of sources) if ('leaf' in source) this.leaves.set(source.leaf.key, source.leaf)
    this.entries.push({ op, sources, result, origin })
    result.pending = this
    return result
  }

  flush(): void {
    for (const { result } of this.entries) result.pending = undefined
    const { entries, outputs } = this.needed()
    const leaves = this.leavesOf(entries)
    const results = new Map(entries.map(({ result }, i) => [result, leaves.length + i]))
    const leafIndex = new Map(leaves.map(({ key }, i) => [key, i]))
    const operands = entries.map(({ sources }) =>
      sources.map((source) =>
        'leaf' in source ? leafIndex.get(source.leaf.key)! : results.get(source.result)!,
      ),
    )
    const lastRead = leaves.map((_, i) => operands.findLastIndex((each) => each.includes(i)))
    const outputIndex = outputs.map((storage) => results.get(storage)! - leaves.length)
    const writes = outputs.map((storage) => viewOf(storage, [this.n]))
    const inTiles = new Set([...writes, ...leaves.flatMap(({ view, mode }) => (mode === 'full' ? view : []))])
    const { emitter } = this
    const last = entries.at(-1)
    if (!last) return
    const before = { op: emitter.op, scope: emitter.scope }
    emitter.op = last.origin.op
    emitter.scope = last.origin.scope
    emitter.step({
      label: () => `elementwise n ${this.n} ${entries.map(({ op }) => op).join(' ')}`,
      reads: leaves.map((leaf) => leaf.view),
      writes,
      mayShare: (r, w) => leaves[r]!.mode === 'full' && lastRead[r]! <= outputIndex[w]!,
      scratchBytes: elementwiseScratchBytes(leaves.length, entries.length),
      work: workOfChain(
        this.n,
        tileElements,
        entries.map(({ op }) => op),
      ),
      divisionOf: (view) => (inTiles.has(view) ? `tiles of ${this.n}` : undefined),
      write: (writer) => {
        const ops = entries.map(({ op }, i): ChainOp => ({ op, operands: operands[i]! }))
        const at = writer.elementwise({ n: this.n, leaves: leaves.map(chainLeaf), ops, scratch: 0 })
        return [
          { word: at.scratch, target: 'scratch' },
          ...leaves.map(({ view }, i) => ({ word: at.leaves[i]!, target: view })),
          ...writes.map((target, i) => ({ word: at.outputs[outputIndex[i]!]!, target })),
        ]
      },
    })
    emitter.op = before.op
    emitter.scope = before.scope
  }

  /** The ops that some result outside of the chain depends on, and the results that go to memory. */
  private needed(): { entries: Entry[]; outputs: Storage[] } {
    const members = new Map<GraphScope, Set<number>>()
    for (const { origin } of this.entries) {
      const nodes = members.get(origin.graphScope) ?? new Set()
      members.set(origin.graphScope, nodes.add(origin.node))
    }
    const wanted = new Set<Storage>()
    const outputs: Storage[] = []
    const kept: Entry[] = []
    for (const entry of this.entries.toReversed()) {
      const { graphScope, value } = entry.origin
      const isOutput = graphScope.isUsedOutside(value, members.get(graphScope)!)
      if (isOutput) outputs.push(entry.result)
      if (!isOutput && !wanted.has(entry.result)) continue
      kept.push(entry)
      for (const source of entry.sources) if ('result' in source) wanted.add(source.result)
    }
    return { entries: kept.reverse(), outputs: outputs.reverse() }
  }

  private leavesOf(entries: readonly Entry[]): Leaf[] {
    const used = new Map<string, Leaf>()
    for (const { sources } of entries) {
      for (const source of sources) if ('leaf' in source) used.set(source.leaf.key, source.leaf)
    }
    return [...used.values()]
  }
}

function chainLeaf({ mode, p, r }: Leaf): ChainLeaf {
  return mode === 'broadcast' ? { mode, pointer: 0, p, r } : { mode, pointer: 0 }
}
