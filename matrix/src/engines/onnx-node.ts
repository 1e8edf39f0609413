import type { Backend } from '@dragoman/core/backend'

/** ONNX Runtime in Node, native code, on one thread. */
export async function onnxNative(): Promise<Backend> {
  const [ort, { onnx }] = await Promise.all([import('onnxruntime-node'), import('@dragoman/backend-onnx')])
  return onnx({ ort, providers: ['cpu'], session: { intraOpNumThreads: 1, interOpNumThreads: 1 } })
}

/** ONNX Runtime in Node, its build for WebAssembly, on one thread. */
export async function onnxWasm(): Promise<Backend> {
  const [ort, { onnx }] = await Promise.all([import('onnxruntime-web'), import('@dragoman/backend-onnx')])
  ort.env.wasm.numThreads = 1
  return onnx({ ort, providers: ['wasm'] })
}
