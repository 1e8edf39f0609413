import type { TrainingWorkload } from '../workloads.ts'
import { backends } from './dragoman/backends.ts'
import { decodeOn } from './dragoman/decode.ts'
import { trainOn } from './dragoman/train.ts'
import { decodingBatch, type Entrant } from './entrant.ts'
import type { OnnxEngine } from './onnx/runtime.ts'

type Open = (engine: string, workload: string, folder: string) => Promise<Entrant>

/** Who runs a workload on an engine: this library, or code written for the engine by hand. */
const sides: Readonly<Record<string, Open>> = {
  async dragoman(engine, workload) {
    const start = backends[engine]
    if (!start) throw new Error(`there is no backend '${engine}'; known: ${Object.keys(backends).join(', ')}`)
    const backend = await start()
    const batch = decodingBatch(workload)
    if (batch !== undefined) return decodeOn(backend, batch)
    return trainOn(backend, workload as TrainingWorkload)
  },
  // Imported when asked for: a process loads one engine alone.
  async tfjs(engine, workload) {
    const { startTfjs } = await import('./tfjs/engine.ts')
    await startTfjs(engine === 'tfjs-wasm' ? 'wasm' : 'cpu')
    const batch = decodingBatch(workload)
    if (batch !== undefined) return (await import('./tfjs/decode.ts')).decodeByHand(batch)
    return (await import('./tfjs/train.ts')).trainByHand(workload as TrainingWorkload)
  },
  async onnx(engine, workload, folder) {
    const runtime = engine as OnnxEngine
    const batch = decodingBatch(workload)
    if (batch !== undefined) return (await import('./onnx/decode.ts')).decodeByHand(runtime, batch, folder)
    return (await import('./onnx/train.ts')).trainByHand(runtime, workload as TrainingWorkload, folder)
  },
}

/**
 * Opens an entrant.
 *
 * @param folder where the graphs of the side `onnx` are.
 */
export function openEntrant(
  side: string,
  engine: string,
  workload: string,
  folder: string,
): Promise<Entrant> {
  const open = sides[side]
  if (!open) throw new Error(`there is no side '${side}'; known: ${Object.keys(sides).join(', ')}`)
  return open(engine, workload, folder)
}
