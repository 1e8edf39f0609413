import type { DeviceMemory } from './device-memory.ts'

/** Working memory that all plans of a backend share, as only one runs at a time. It only grows. */
export class Workspace {
  /** Address; changes when it grows. */
  base = 0
  bytes = 0
  private readonly memory: DeviceMemory

  constructor(memory: DeviceMemory) {
    this.memory = memory
  }

  /** Makes sure of room for `bytes`. What was in it is lost. */
  reserve(bytes: number): void {
    if (bytes <= this.bytes) return
    this.release()
    this.base = this.memory.allocate(bytes)
    this.bytes = bytes
  }

  release(): void {
    if (this.base !== 0) this.memory.release(this.base)
    this.base = 0
    this.bytes = 0
  }
}
