import { BackendError } from '../errors.ts'
import { formatShape } from '../graph/dims.ts'
import type { Kind } from '../graph/graph.ts'
import type { BoundType } from './bound-plan.ts'
import type { DeviceArray, HostData } from './contract.ts'
import type { EagerValue } from './eager-kernels.ts'
import type { EagerMemory } from './eager-memory.ts'

/** What the arrays of one eager backend share. */
export interface EagerHome<H> {
  readonly name: string
  readonly memory: EagerMemory<H>
  /** The arrays that users hold. */
  readonly arrays: Set<EagerArray<H>>
  read(handle: H, type: BoundType): HostData | Promise<HostData>
}

/** A value that a user holds. */
export class EagerArray<H> implements DeviceArray {
  readonly kind: Kind
  readonly shape: readonly number[]
  readonly home: EagerHome<H>
  private value: EagerValue<H> | undefined

  constructor(home: EagerHome<H>, value: EagerValue<H>) {
    this.home = home
    this.value = value
    this.kind = value.kind
    this.shape = value.shape
    home.arrays.add(this)
  }

  async read(): Promise<HostData> {
    const { handle } = this.use(`a ${this.kind} array ${formatShape(this.shape)}`)
    return this.home.read(handle, this)
  }

  dispose(): void {
    if (!this.value) return
    this.home.arrays.delete(this)
    this.home.memory.free(this.value)
    this.value = undefined
  }

  /** The value; throws BackendError, calling the array by this name, when it is disposed. */
  use(name: string): EagerValue<H> {
    if (!this.value) {
      throw new BackendError({
        backend: this.home.name,
        problem: `${name} is disposed`,
        hint: 'it was disposed, donated to a run, or its backend ended; keep it, or make a new one',
      })
    }
    return this.value
  }
}
