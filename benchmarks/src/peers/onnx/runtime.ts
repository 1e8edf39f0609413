import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InferenceSession, Tensor } from 'onnxruntime-node'

/** ONNX Runtime of the web, on its wasm provider, or of Node. */
export type OnnxEngine = 'onnx-wasm' | 'onnx-node'

/** What goes into a session and comes out, by name. */
export type Values = Record<string, InferenceSession.OnnxValueMapType[string]>

/** An ONNX Runtime in one thread. */
export interface Runtime {
  open(model: Uint8Array): Promise<InferenceSession>
  float(data: Float32Array, shape: readonly number[]): Tensor
  int64(data: Int32Array, shape: readonly number[]): Tensor
}

/** What both packages have in common. */
export type OnnxModule = typeof import('onnxruntime-node')

/** The package of an engine. */
export async function importRuntime(engine: OnnxEngine): Promise<OnnxModule> {
  if (engine === 'onnx-node') return import('onnxruntime-node')
  const web = (await import('onnxruntime-web')) as unknown as OnnxModule
  web.env.wasm.numThreads = 1
  return web
}

/** How sessions are opened: in one thread, without warnings about graphs. */
export function sessionOptions(engine: OnnxEngine): InferenceSession.SessionOptions {
  const threads = engine === 'onnx-node' ? { intraOpNumThreads: 1, interOpNumThreads: 1 } : {}
  return { ...threads, logSeverityLevel: 3 }
}

/** Starts an engine. */
export async function startRuntime(engine: OnnxEngine): Promise<Runtime> {
  const ort = await importRuntime(engine)
  return {
    open: (model) => ort.InferenceSession.create(model, sessionOptions(engine)),
    float: (data, shape) => new ort.Tensor('float32', data, shape),
    int64: (data, shape) => new ort.Tensor('int64', BigInt64Array.from(data, BigInt), shape),
  }
}

/** Opens a graph that a script of `python/` wrote. */
export async function openGraph(runtime: Runtime, folder: string, name: string): Promise<InferenceSession> {
  return runtime.open(await readFile(join(folder, `${name}.onnx`)))
}
