import type { Backend } from '@dragoman/core'
import { importRuntime, type OnnxEngine, type OnnxModule } from '../onnx/runtime.ts'

/** This library on ONNX Runtime, in one thread. */
export async function onnxBackend(engine: OnnxEngine, ort: OnnxModule): Promise<Backend> {
  const { onnx } = await import('@dragoman/backend-onnx')
  return onnx({ ort, ...(engine === 'onnx-node' ? { session: { intraOpNumThreads: 1 } } : {}) })
}

async function tfjsBackend(name: 'wasm' | 'cpu'): Promise<Backend> {
  const { startTfjs } = await import('../tfjs/engine.ts')
  const { tfjs } = await import('@dragoman/backend-tfjs')
  return tfjs({ tf: await startTfjs(name) })
}

async function cpuBackend(threads: number, wasm: 'auto' | 'simd'): Promise<Backend> {
  const { cpu } = await import('@dragoman/backend-cpu')
  return cpu({ threads, wasm })
}

/** This library's backends by name; imported when asked for, as a process runs one of them. Those of others have one thread. */
const backends: Readonly<Record<string, (threads: number) => Promise<Backend>>> = {
  cpu: (threads) => cpuBackend(threads, 'auto'),
  'cpu-simd': (threads) => cpuBackend(threads, 'simd'),
  'tfjs-wasm': () => tfjsBackend('wasm'),
  'tfjs-cpu': () => tfjsBackend('cpu'),
  'onnx-wasm': async () => onnxBackend('onnx-wasm', await importRuntime('onnx-wasm')),
  'onnx-node': async () => onnxBackend('onnx-node', await importRuntime('onnx-node')),
}

/** Starts a backend of this library. */
export async function startBackend(engine: string, threads: number): Promise<Backend> {
  const start = backends[engine]
  if (!start) throw new Error(`there is no backend '${engine}'; known: ${Object.keys(backends).join(', ')}`)
  return start(threads)
}
