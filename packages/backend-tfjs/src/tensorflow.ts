/** What this package uses of a tensor of TensorFlow.js. */
export interface TfTensor {
  readonly shape: number[]
  readonly dtype: string
  readonly isDisposed: boolean
  data(): Promise<ArrayLike<number>>
  dataSync(): ArrayLike<number>
  dispose(): void
}

/** What a kernel takes: tensors by name, or a list of them for Concat. */
export type TfInputs = Readonly<Record<string, TfTensor>>

/** What this package uses of the engine of TensorFlow.js. */
export interface TfEngine {
  readonly registryFactory: Readonly<Record<string, { readonly priority: number }>>
  runKernel(kernelName: string, inputs: object, attrs?: object): TfTensor | TfTensor[]
  makeTensor(
    values: Float32Array | Int32Array | Uint8Array,
    shape: number[],
    dtype: 'float32' | 'int32' | 'bool',
  ): TfTensor
  keep(tensor: TfTensor): TfTensor
}

/**
 * The part of the module `@tensorflow/tfjs-core` (or `@tensorflow/tfjs`, which holds it) that this package
 * uses. Pass the module itself: `import * as tf from '@tensorflow/tfjs-core'`.
 */
export interface TensorFlow {
  readonly version_core: string
  engine(): TfEngine
  env(): { get(flagName: string): unknown; set(flagName: string, value: boolean): void }
  ready(): Promise<void>
  getBackend(): string
  setBackend(backendName: string): Promise<boolean>
  findBackend(name: string): object | null
  getKernelsForBackend(backendName: string): { readonly kernelName: string }[]
}
