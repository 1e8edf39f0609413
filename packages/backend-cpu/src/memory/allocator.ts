interface Block {
  start: number
  bytes: number
}

/** Blocks begin at whole cache lines, so that vectors never cross one without need. */
const alignment = 64

/**
 * Hands out blocks of one address range: the smallest free block that fits; freed neighbours are joined.
 * It keeps its books outside of the range.
 */
export class Allocator {
  /** Free blocks, by address. */
  private readonly free: Block[] = []
  private readonly taken = new Map<number, number>()
  private end: number

  /** @param start first byte that may be handed out; the range is empty until `extend`. */
  constructor(start: number) {
    this.end = Math.ceil(start / alignment) * alignment
  }

  /** Blocks in use. */
  get blocks(): number {
    return this.taken.size
  }

  /** The range now reaches to `end`. */
  extend(end: number): void {
    if (end > this.end) this.putBack({ start: this.end, bytes: end - this.end })
    this.end = Math.max(end, this.end)
  }

  /** Address of a block of at least `bytes`, or undefined when no free block is large enough. */
  allocate(bytes: number): number | undefined {
    const wanted = Math.max(alignment, Math.ceil(bytes / alignment) * alignment)
    let best = -1
    for (let i = 0; i < this.free.length; i++) {
      const block = this.free[i]!
      if (block.bytes >= wanted && (best < 0 || block.bytes < this.free[best]!.bytes)) best = i
    }
    if (best < 0) return undefined
    const block = this.free[best]!
    const { start } = block
    if (block.bytes === wanted) this.free.splice(best, 1)
    else {
      block.start += wanted
      block.bytes -= wanted
    }
    this.taken.set(start, wanted)
    return start
  }

  /** Gives a block back that `allocate` gave. */
  release(start: number): void {
    const bytes = this.taken.get(start)
    if (bytes === undefined) throw new Error(`release: ${start} is no block in use`)
    this.taken.delete(start)
    this.putBack({ start, bytes })
  }

  private putBack(block: Block): void {
    const at = this.position(block.start)
    const before = this.free[at - 1]
    const after = this.free[at]
    if (before && before.start + before.bytes === block.start) {
      before.bytes += block.bytes
      if (after && before.start + before.bytes === after.start) {
        before.bytes += after.bytes
        this.free.splice(at, 1)
      }
    } else if (after && block.start + block.bytes === after.start) {
      after.start = block.start
      after.bytes += block.bytes
    } else {
      this.free.splice(at, 0, block)
    }
  }

  /** Index of the first free block behind `start`. */
  private position(start: number): number {
    let low = 0
    let high = this.free.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.free[middle]!.start < start) low = middle + 1
      else high = middle
    }
    return low
  }
}
