import type { HostArray, Kind } from '@dragoman/core'

/** Numbers that depend on the seed alone (xorshift32). */
export class RandomSource {
  private state: number

  constructor(seed: number) {
    this.state = (Math.imul(seed + 1, 2654435761) ^ 0x5bd1e995) >>> 0 || 1
    for (let i = 0; i < 8; i++) this.unit()
  }

  /** From 0 to below 1. */
  unit(): number {
    this.state ^= this.state << 13
    this.state ^= this.state >>> 17
    this.state = (this.state ^ (this.state << 5)) >>> 0
    return this.state / 2 ** 32
  }

  /** A whole number from low to below high. */
  int(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low))
  }

  chance(probability: number): boolean {
    return this.unit() < probability
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length)]!
  }

  shuffled<T>(items: readonly T[]): T[] {
    const order = [...items]
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.int(0, i + 1)
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
    return order
  }

  /** Floats in [−1, 1) that float32 holds exactly, ints from −4 to 4, bools. */
  array(kind: Kind, shape: readonly number[]): HostArray {
    const count = shape.reduce((product, size) => product * size, 1)
    if (kind === 'float') {
      return { kind, shape, data: Float32Array.from({ length: count }, () => this.unit() * 2 - 1) }
    }
    if (kind === 'int')
      return { kind, shape, data: Int32Array.from({ length: count }, () => this.int(-4, 5)) }
    return { kind, shape, data: Uint8Array.from({ length: count }, () => this.int(0, 2)) }
  }
}
