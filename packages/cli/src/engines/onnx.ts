import type { OnnxOptions } from '@dragoman/backend-onnx'
import { type Backend, BackendError } from '@dragoman/core'
import type { Engines } from './engine.ts'

/** The packages of ONNX Runtime: native code, and WebAssembly, which runs in Node too. */
export const onnxPackages = { node: 'onnxruntime-node', web: 'onnxruntime-web' } as const

type Ort = OnnxOptions['ort']
type OrtWeb = Ort & { readonly env: { readonly wasm: { numThreads?: number } } }

/** Opens the one that is installed, native code before WebAssembly. Throws BackendError where there is none. */
export function openOnnx(engines: Engines, threads: number | undefined): Promise<Backend> {
  expectOnnx(engines)
  return engines.has(onnxPackages.node) ? openOnnxNode(engines, threads) : openOnnxWeb(engines, threads)
}

/** Throws BackendError where no ONNX Runtime is installed. */
export function expectOnnx(engines: Engines): void {
  if (engines.has(onnxPackages.node) || engines.has(onnxPackages.web)) return
  throw new BackendError({
    backend: 'onnx',
    problem: `neither ${onnxPackages.node} nor ${onnxPackages.web} is installed`,
    hint: `npm install ${onnxPackages.node}`,
  })
}

/** Opens onnxruntime-node on the CPU. Throws BackendError where it is missing or does not load. */
export async function openOnnxNode(engines: Engines, threads: number | undefined): Promise<Backend> {
  const [ort] = (await engines.load('onnx-node', [onnxPackages.node])) as [Ort]
  const session = threads === undefined ? {} : { session: { intraOpNumThreads: threads } }
  return (await import('@dragoman/backend-onnx')).onnx({ ort, providers: ['cpu'], ...session })
}

/** Opens onnxruntime-web on WebAssembly. Throws BackendError where it is missing or does not load. */
export async function openOnnxWeb(engines: Engines, threads: number | undefined): Promise<Backend> {
  const [ort] = (await engines.load('onnx-web', [onnxPackages.web])) as [OrtWeb]
  if (threads !== undefined) ort.env.wasm.numThreads = threads
  return (await import('@dragoman/backend-onnx')).onnx({ ort, providers: ['wasm'] })
}
