import { BackendError, type HostData, type Kind } from '@dragoman/core/backend'
import type { TensorFlow, TfEngine, TfTensor } from './tensorflow.ts'

/** The type of TensorFlow.js that holds each kind. */
export const dtypes: { readonly float: 'float32'; readonly int: 'int32'; readonly bool: 'bool' } = {
  float: 'float32',
  int: 'int32',
  bool: 'bool',
}

/** Number of elements of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Whether two shapes are the same. */
export function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis])
}

/**
 * One backend of TensorFlow.js: launches its kernels, counts them, and frees what a computation made on its way.
 *
 * Kernels are run by the engine, so `tf.memory()` counts every tensor; nothing is recorded for gradients.
 */
export class Device {
  readonly tf: TensorFlow
  /** Its name in the registry of TensorFlow.js, e.g. `wasm`. */
  readonly backendName: string
  /** Kernels launched so far. */
  launched = 0
  private readonly engine: TfEngine
  private readonly kernelNames: ReadonlySet<string>
  private made: TfTensor[] = []

  constructor(tf: TensorFlow, backendName: string) {
    this.tf = tf
    this.backendName = backendName
    this.engine = tf.engine()
    this.kernelNames = new Set(tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName))
  }

  /** Whether the backend has a kernel of this name. */
  has(kernelName: string): boolean {
    return this.kernelNames.has(kernelName)
  }

  /** Launches a kernel of one result, which the computation around it frees unless it is its result. */
  launch(kernelName: string, inputs: object, attributes: object = {}): TfTensor {
    this.launched += 1
    return this.track(this.engine.runKernel(kernelName, inputs, attributes) as TfTensor)
  }

  /** A tensor of host data. TensorFlow.js may keep what it is given, so it gets a copy. */
  tensor(data: HostData | readonly number[], shape: readonly number[], kind: Kind): TfTensor {
    const values =
      kind === 'float'
        ? Float32Array.from(data)
        : kind === 'int'
          ? Int32Array.from(data)
          : Uint8Array.from(data)
    return this.track(this.engine.makeTensor(values, [...shape], dtypes[kind]))
  }

  /** The results of a computation; every other tensor that it made is freed, also when it throws. */
  compute(work: () => TfTensor[]): TfTensor[] {
    const outer = this.made
    this.made = []
    let results: TfTensor[] = []
    try {
      results = work()
      return results
    } finally {
      for (const tensor of this.made) if (!results.includes(tensor)) tensor.dispose()
      this.made = outer
    }
  }

  /** As compute, for one result. */
  computeOne(work: () => TfTensor): TfTensor {
    return this.compute(() => [work()])[0]!
  }

  /** Leaves a tensor alone that the computation at hand made: whoever asks for this frees it. */
  release(tensor: TfTensor): void {
    this.made = this.made.filter((each) => each !== tensor)
  }

  /** Makes this backend the current one of TensorFlow.js for some work, and then the one it was before. */
  within<T>(work: () => T): T {
    const { tf, backendName } = this
    this.expectAlive()
    const current = tf.getBackend()
    if (current === backendName) return work()
    // An initialised backend becomes the current one before setBackend returns its promise.
    void tf.setBackend(backendName)
    try {
      return work()
    } finally {
      if (current) void tf.setBackend(current)
    }
  }

  /** Throws BackendError when the caller has removed the backend from TensorFlow.js. */
  expectAlive(): void {
    if (this.isAlive) return
    throw new BackendError({
      backend: `tfjs-${this.backendName}`,
      problem: `the backend '${this.backendName}' was removed from TensorFlow.js`,
      hint: 'call removeBackend only after the last run',
    })
  }

  /** Whether the backend is still registered; with it, all its tensors are gone. */
  get isAlive(): boolean {
    return this.backendName in this.engine.registryFactory
  }

  private track(tensor: TfTensor): TfTensor {
    // A tf.tidy around the caller must not free what belongs to this backend.
    this.made.push(this.engine.keep(tensor))
    return tensor
  }
}
