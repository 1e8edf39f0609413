import {
  BackendError,
  type DeviceArray,
  formatShape,
  type HostArray,
  type HostData,
  type Kind,
} from '@dragoman/core/backend'
import type { DeviceMemory } from '../memory/device-memory.ts'

export const bytesPerElement = 4

/** What the arrays of one backend share. */
export interface ArrayHome {
  readonly name: string
  readonly memory: DeviceMemory
  /** The arrays that users hold. */
  readonly arrays: Set<CpuArray>
}

/** A tensor in the memory of a backend; every element is one 32-bit word, bools are 0 and 1. */
export class CpuArray implements DeviceArray {
  readonly kind: Kind
  readonly shape: readonly number[]
  /** Elements. */
  readonly size: number
  readonly home: ArrayHome
  /** Number of the last run that took it, to see an array that is given under two names. */
  run = -1
  private block: number | undefined

  constructor(home: ArrayHome, kind: Kind, shape: readonly number[], address: number) {
    this.home = home
    this.kind = kind
    this.shape = shape
    this.size = shape.reduce((product, size) => product * size, 1)
    this.block = address
    home.arrays.add(this)
  }

  /** Where its elements lie; throws BackendError, calling the array by this name, when it is disposed. */
  address(name: string): number {
    if (this.block !== undefined) return this.block
    throw new BackendError({
      backend: this.home.name,
      problem: `${name} is disposed`,
      hint: 'it was disposed, donated to a run, or its backend ended; keep it, or make a new one',
    })
  }

  async read(): Promise<HostData> {
    const first = this.address(`a ${this.kind} array ${formatShape(this.shape)}`) / bytesPerElement
    const { memory } = this.home
    if (this.kind === 'float') return memory.floatWords.slice(first, first + this.size)
    const words = memory.intWords.subarray(first, first + this.size)
    return this.kind === 'int' ? words.slice() : Uint8Array.from(words)
  }

  dispose(): void {
    if (this.block === undefined) return
    this.home.memory.release(this.block)
    this.release()
  }

  /** Gives up the array but not its memory, which another one has now. */
  release(): void {
    this.block = undefined
    this.home.arrays.delete(this)
  }
}

/** Copies a host array to `address`. */
export function writeElements(memory: DeviceMemory, address: number, { kind, data }: HostArray): void {
  const words = kind === 'float' ? memory.floatWords : memory.intWords
  words.set(data, address / bytesPerElement)
}
