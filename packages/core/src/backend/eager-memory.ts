import type { Kind } from '../graph/graph.ts'
import type { BoundType } from './bound-plan.ts'
import type { EagerValue } from './eager-kernels.ts'

/** What the memory of an engine can do. */
export interface EagerMemoryOptions<H> {
  /** Another handle of the same elements, to be freed on its own. */
  clone(handle: H): H
  free(handle: H): void
  readonly elementBytes: Readonly<Record<Kind, number>>
}

/** Counts the handles of an engine that are not freed yet. */
export class EagerMemory<H> {
  arrays = 0
  bytes = 0
  private readonly options: EagerMemoryOptions<H>

  constructor(options: EagerMemoryOptions<H>) {
    this.options = options
  }

  own(handle: H, { kind, shape }: BoundType): EagerValue<H> {
    const value = { handle, kind, shape }
    this.arrays += 1
    this.bytes += this.sizeBytes(value)
    return value
  }

  clone(value: EagerValue<H>): EagerValue<H> {
    return this.own(this.options.clone(value.handle), value)
  }

  free(value: EagerValue<H>): void {
    this.arrays -= 1
    this.bytes -= this.sizeBytes(value)
    this.options.free(value.handle)
  }

  private sizeBytes({ kind, shape }: BoundType): number {
    return shape.reduce((product, size) => product * size, this.options.elementBytes[kind])
  }
}

/** Values that some part of a run owns: what it has not given away by its end, is freed. */
export class EagerScope<H> {
  private readonly memory: EagerMemory<H>
  private readonly values = new Set<EagerValue<H>>()

  constructor(memory: EagerMemory<H>) {
    this.memory = memory
  }

  own(value: EagerValue<H>): EagerValue<H> {
    this.values.add(value)
    return value
  }

  owns(value: EagerValue<H>): boolean {
    return this.values.has(value)
  }

  /** Gives a value away; tells whether it was owned. */
  release(value: EagerValue<H>): boolean {
    return this.values.delete(value)
  }

  /** Frees a value, if it is owned. */
  free(value: EagerValue<H>): void {
    if (this.values.delete(value)) this.memory.free(value)
  }

  freeAll(): void {
    for (const value of this.values) this.free(value)
  }
}
