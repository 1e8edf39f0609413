import {
  BackendError,
  type DeviceArray,
  formatShape,
  type HostArray,
  type HostData,
  type Kind,
} from '@dragoman/core/backend'
import type { Ort, OrtData, OrtTensor, OrtType } from './ort.ts'
import type { Queue } from './queue.ts'

/** What the arrays of one backend share. */
export interface ArrayHome {
  readonly name: string
  readonly queue: Queue
  /** The arrays that users hold. */
  readonly arrays: Set<OnnxArray>
}

/** What a kind is at the edge of a model. */
export const ortTypes: Readonly<Record<Kind, OrtType>> = { float: 'float32', int: 'int32', bool: 'bool' }

const elementBytes: Readonly<Record<Kind, number>> = { float: 4, int: 4, bool: 1 }

/** Bytes of an array. */
export function sizeBytes(kind: Kind, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, elementBytes[kind])
}

/** A tensor over a copy of the elements: the engine reads it later, and the caller may write into its own meanwhile. */
export function tensorOf(ort: Ort, { kind, shape, data }: HostArray): OrtTensor {
  const copy = data instanceof Float64Array ? Float32Array.from(data) : data.slice()
  return new ort.Tensor(ortTypes[kind], copy, [...shape])
}

/** A tensor of ONNX Runtime that a user holds. */
export class OnnxArray implements DeviceArray {
  readonly kind: Kind
  readonly shape: readonly number[]
  readonly home: ArrayHome
  /** Given up to a run that has not ended yet. */
  donated = false
  private tensor: OrtTensor | undefined
  /** Runs that were asked for and read it: its memory stays until they have ended. */
  private readers = 0

  constructor(home: ArrayHome, kind: Kind, tensor: OrtTensor) {
    this.home = home
    this.kind = kind
    this.shape = tensor.dims
    this.tensor = tensor
    home.arrays.add(this)
  }

  get bytes(): number {
    return sizeBytes(this.kind, this.shape)
  }

  /** The tensor; throws BackendError, calling the array by this name, when it is disposed. */
  use(name: string): OrtTensor {
    if (this.isAlive() && this.tensor && !this.donated) return this.tensor
    throw new BackendError({
      backend: this.home.name,
      problem: `${name} is ${this.donated ? 'donated to a run' : 'disposed'}`,
      hint: 'it was disposed, donated to a run, or its backend ended; keep it, or make a new one',
    })
  }

  isAlive(): boolean {
    return this.home.arrays.has(this)
  }

  async read(): Promise<HostData> {
    const tensor = this.use(`a ${this.kind} array ${formatShape(this.shape)}`)
    if (tensor.location === 'cpu') return (tensor.data as OrtData).slice()
    // A device is read between runs, and the tensor lives in main memory from then on.
    this.retain()
    try {
      const data = await this.home.queue.add(() => tensor.getData(true))
      return (data as OrtData).slice()
    } finally {
      this.release()
    }
  }

  /** Keeps the memory for a run, even when the array is disposed meanwhile. */
  retain(): void {
    this.readers += 1
  }

  release(): void {
    this.readers -= 1
    this.free()
  }

  dispose(): void {
    if (this.home.arrays.delete(this)) this.free()
  }

  private free(): void {
    if (this.readers > 0 || this.isAlive()) return
    this.tensor?.dispose()
    this.tensor = undefined
  }
}
