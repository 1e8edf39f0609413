import type { HostArray } from '@dragoman/core'
import { RandomStream, siteOf } from '@dragoman/core'
import { bools, countOf, floats, ints } from './array.ts'

/** Draws data for cases, one after another, from a seed and a name: the same on every machine. */
export class Generator {
  private readonly stream: RandomStream
  private readonly site: number
  private readonly buffer = new Float32Array(64)
  private used = 64
  private index = 0

  constructor(seed: number, name: string) {
    this.stream = new RandomStream(seed)
    this.site = siteOf(name)
  }

  /** A number in [0, 1). */
  next(): number {
    if (this.used === this.buffer.length) {
      this.stream.uniform(this.buffer, { step: 0, site: this.site, index: this.index })
      this.index += this.buffer.length
      this.used = 0
    }
    return this.buffer[this.used++]!
  }

  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)]!
  }

  /** A random order of 0 … count − 1 that is not the order itself, where there is another. */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, i) => i)
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(0, i)
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
    return count > 1 && order.every((from, to) => from === to) ? order.toReversed() : order
  }

  /** Floats in [low, high], multiples of 1/64 so that float32 holds them exactly. */
  floats(shape: readonly number[], low = -1, high = 1): HostArray {
    return floats(
      shape,
      this.fill(shape, () => this.integer(low * 64, high * 64) / 64),
    )
  }

  /** Floats that are all different and at least 1/32 apart, around 0, in random order. */
  distinct(shape: readonly number[]): HostArray {
    const count = countOf(shape)
    const order = this.permutation(count)
    return floats(
      shape,
      order.map((rank) => (rank - (count - 1) / 2) / 32),
    )
  }

  /** Ints from `low` to `high`, both included. */
  ints(shape: readonly number[], low: number, high: number): HostArray {
    return ints(
      shape,
      this.fill(shape, () => this.integer(low, high)),
    )
  }

  bools(shape: readonly number[]): HostArray {
    return bools(
      shape,
      this.fill(shape, () => this.integer(0, 1)),
    )
  }

  private fill(shape: readonly number[], draw: () => number): number[] {
    return Array.from({ length: countOf(shape) }, draw)
  }
}
