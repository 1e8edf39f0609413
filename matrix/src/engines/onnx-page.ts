// The files of the engine are assets of the page, so that it loads them by their addresses, workers included.
import { onnx } from '@dragoman/backend-onnx'
import gpuModule from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'
import gpuWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import wasmModule from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url'
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'
import type { PageEngine } from './page.ts'
import { type LosableDevice, lossOf } from './webgpu-loss.ts'

/** ONNX Runtime in a page on WebAssembly; on two threads where the page is isolated. */
export async function onnxWasm(): Promise<PageEngine> {
  const ort = await import('onnxruntime-web/wasm')
  ort.env.wasm.wasmPaths = { mjs: wasmModule, wasm }
  ort.env.wasm.numThreads = window.crossOriginIsolated ? 2 : 1
  return { backend: await onnx({ ort, providers: ['wasm'] }) }
}

/** ONNX Runtime in a page on WebGPU. */
export async function onnxWebgpu(): Promise<PageEngine> {
  const ort = await import('onnxruntime-web/webgpu')
  ort.env.wasm.wasmPaths = { mjs: gpuModule, wasm: gpuWasm }
  ort.env.wasm.numThreads = 1
  const backend = await onnx({ ort, providers: ['webgpu'] })
  // A promise or the device itself, by what the engine has done before.
  const device: LosableDevice = await ort.env.webgpu.device
  return { backend, lost: lossOf(device) }
}
