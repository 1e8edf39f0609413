import type { DecodingGroup, Group, TrainingWorkload } from '../workloads/names.ts'
import type { Entrant } from './entrant.ts'
import type { OnnxEngine } from './onnx/runtime.ts'

/** What an entrant is opened for. */
export interface Opening {
  readonly engine: string
  readonly threads: number
  readonly group: Group
  /** Where the graphs of the side `onnx` are. */
  readonly folder: string
}

/** What code of one side can do on its engine. */
interface Side {
  train(workload: TrainingWorkload): Promise<Entrant>
  decode(group: DecodingGroup): Promise<Entrant>
  multiply(): Promise<Entrant>
}

/** Who runs a workload: this library, code written for an engine by hand, or bare loops that show the limits. */
const sides: Readonly<Record<string, (opening: Opening) => Promise<Side>>> = {
  // Imported when asked for: a process loads one engine alone.
  async dragoman({ engine, threads }) {
    const [{ startBackend }, { trainOn }, { decodeOn }, { multiplyOn }] = await Promise.all([
      import('./dragoman/backends.ts'),
      import('./dragoman/train.ts'),
      import('./dragoman/decode.ts'),
      import('./dragoman/multiply.ts'),
    ])
    const backend = await startBackend(engine, threads)
    return {
      train: (workload) => trainOn(backend, workload),
      decode: async (group) => decodeOn(backend, group),
      multiply: () => multiplyOn(backend),
    }
  },
  async tfjs({ engine }) {
    const { startTfjs } = await import('./tfjs/engine.ts')
    await startTfjs(engine === 'tfjs-wasm' ? 'wasm' : 'cpu')
    return {
      train: async (workload) => (await import('./tfjs/train.ts')).trainByHand(workload),
      decode: async (group) => (await import('./tfjs/decode.ts')).decodeByHand(group),
      multiply: async () => (await import('./tfjs/multiply.ts')).multiplyByHand(),
    }
  },
  async onnx({ engine, folder }) {
    const on = engine as OnnxEngine
    return {
      train: async (workload) => (await import('./onnx/train.ts')).trainByHand(on, workload, folder),
      decode: async (group) => (await import('./onnx/decode.ts')).decodeByHand(on, group, folder),
      multiply: async () => (await import('./onnx/multiply.ts')).multiplyByHand(on, folder),
    }
  },
  async 'jax-js'() {
    const { startJax } = await import('./jax-js/engine.ts')
    await startJax()
    return {
      train: async (workload) => (await import('./jax-js/train.ts')).trainByHand(workload),
      decode: async (group) => (await import('./jax-js/decode.ts')).decodeByHand(group),
      multiply: async () => (await import('./jax-js/multiply.ts')).multiplyByHand(),
    }
  },
  async limits({ engine }) {
    const none = async (): Promise<Entrant> => {
      throw new Error('limits: they have products alone')
    }
    return {
      train: none,
      decode: none,
      multiply: async () => (await import('./limits/multiply.ts')).runLimits(engine === 'relaxed'),
    }
  },
}

/** Opens an entrant. */
export async function openEntrant(name: string, opening: Opening): Promise<Entrant> {
  const open = sides[name]
  if (!open) throw new Error(`there is no side '${name}'; known: ${Object.keys(sides).join(', ')}`)
  const side = await open(opening)
  const { group } = opening
  if (group === 'gemm') return side.multiply()
  return group === 'DS' || group === 'DM' ? side.decode(group) : side.train(group)
}
