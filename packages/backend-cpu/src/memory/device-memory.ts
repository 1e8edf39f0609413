import { BackendError } from '@dragoman/core/backend'
import { Allocator } from './allocator.ts'
import type { GrowableMemory } from './growable.ts'

/** Address 0 means "none" in a plan, so the first block begins behind it. */
const firstAddress = 64
/** Pointers are 32-bit. */
const limitBytes = 2 ** 32 - 65536

/** The one memory of a backend: tensors, constants, plans and the workspace lie in it. */
export class DeviceMemory {
  private readonly memory: GrowableMemory
  private readonly allocator = new Allocator(firstAddress)
  private readonly backend: string
  private ints: Int32Array
  private floats: Float32Array
  private holds = 0
  /** Blocks that were given back while the memory was held. */
  private readonly late: number[] = []

  constructor(memory: GrowableMemory, backend: string) {
    this.memory = memory
    this.backend = backend
    this.ints = new Int32Array(memory.buffer)
    this.floats = new Float32Array(memory.buffer)
    this.allocator.extend(memory.buffer.byteLength)
  }

  /** Blocks in use. */
  get blocks(): number {
    return this.allocator.blocks
  }

  /** Bytes that the memory has grown to. */
  get bytes(): number {
    return this.memory.buffer.byteLength
  }

  /** The memory as i32 words; ask again after anything was allocated. */
  get intWords(): Int32Array {
    if (this.ints.buffer !== this.memory.buffer) this.ints = new Int32Array(this.memory.buffer)
    return this.ints
  }

  /** The memory as f32 words; ask again after anything was allocated. */
  get floatWords(): Float32Array {
    if (this.floats.buffer !== this.memory.buffer) this.floats = new Float32Array(this.memory.buffer)
    return this.floats
  }

  /**
   * Address of a new block, 64-byte aligned; its contents are whatever was there.
   *
   * @throws BackendError when the memory cannot grow.
   */
  allocate(bytes: number): number {
    const found = this.allocator.allocate(bytes)
    if (found !== undefined) return found
    this.grow(bytes)
    return this.allocator.allocate(bytes)!
  }

  /** Gives a block back; while a run holds the memory only when that is over. */
  release(address: number): void {
    if (this.holds > 0) this.late.push(address)
    else this.allocator.release(address)
  }

  /** From here to `letGo` no block that is given back is handed out again: other threads may be at work in it. */
  hold(): void {
    this.holds++
  }

  letGo(): void {
    this.holds--
    if (this.holds === 0) for (const address of this.late.splice(0)) this.allocator.release(address)
  }

  private grow(bytes: number): void {
    const now = this.bytes
    const needed = now + bytes + firstAddress
    // A quarter more than asked keeps the number of growths small; the exact need is the second try.
    for (const target of [Math.min(limitBytes, Math.max(needed, now * 1.25)), needed]) {
      if (target > limitBytes || target < needed) continue
      try {
        this.memory.growTo(target)
        this.allocator.extend(this.bytes)
        return
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
      }
    }
    throw new BackendError({
      backend: this.backend,
      problem: `out of memory: ${formatMegabytes(bytes)} more do not fit beside ${formatMegabytes(now)}`,
      hint: 'use smaller batches, dispose arrays that are no longer needed, or donate inputs to the run',
    })
  }
}

function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
