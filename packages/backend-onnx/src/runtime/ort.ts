/** Types of elements that go in and come out. */
export type OrtType = 'float32' | 'int32' | 'bool'

/** Elements of a tensor in main memory; bools are bytes. */
export type OrtData = Float32Array | Int32Array | Uint8Array

/** A tensor of ONNX Runtime, in main memory (`location` is `cpu`) or on a device. */
export interface OrtTensor {
  readonly dims: readonly number[]
  readonly location: string
  /** The elements; only where the location is `cpu`. */
  readonly data: unknown
  /** The elements, wherever they are; with `release`, a device's memory is given back. */
  getData(release?: boolean): Promise<unknown>
  dispose(): void
}

/** A model that ONNX Runtime has read, optimised and made ready to run. */
export interface OrtSession {
  run(
    feeds: Readonly<Record<string, OrtTensor>>,
    options: object,
  ): Promise<Readonly<Record<string, OrtTensor>>>
  release(): Promise<void>
}

/**
 * What the backend uses of `onnxruntime-node` and `onnxruntime-web`: both modules fit, and neither is needed to
 * compile against this package.
 */
export interface Ort {
  readonly env: {
    readonly versions: { readonly common: string; readonly node?: string; readonly web?: string }
    readonly wasm: { readonly numThreads?: number; readonly proxy?: boolean }
  }
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> }
  readonly Tensor: new (type: OrtType, data: OrtData, dims: readonly number[]) => OrtTensor
}
