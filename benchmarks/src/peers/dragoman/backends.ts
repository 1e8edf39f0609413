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

/** This library's backends by name, each in one thread; imported when asked for, as a process runs one of them. */
export const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  cpu: async () => (await import('@dragoman/backend-cpu')).cpu(),
  'tfjs-wasm': () => tfjsBackend('wasm'),
  'tfjs-cpu': () => tfjsBackend('cpu'),
  'onnx-wasm': async () => onnxBackend('onnx-wasm', await importRuntime('onnx-wasm')),
  'onnx-node': async () => onnxBackend('onnx-node', await importRuntime('onnx-node')),
}
