import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { median, type Row, round } from './measure.ts'
import { onnxBackend } from './peers/dragoman/backends.ts'
import { startTraining } from './peers/dragoman/train.ts'
import { importRuntime, type OnnxEngine, type OnnxModule, type Values } from './peers/onnx/runtime.ts'
import type { TrainingWorkload } from './workloads/names.ts'
import { randomBatch, trainingModels } from './workloads/training.ts'

/** What to compare. */
export interface OverheadOptions {
  /** Of TT, TR and TG; all of them by default. */
  readonly workloads?: readonly string[]
  /** `onnx-node`, `onnx-wasm` or both, the default. */
  readonly engines?: readonly string[] | undefined
  readonly rounds: number
}

/** A tensor as it was when it went by: the backend disposes what it no longer needs. */
interface Passed {
  readonly type: Tensor.Type
  readonly dims: readonly number[]
  readonly data: Tensor['data']
}

/** What a backend asked of the runtime that it was handed: the last model, and what went in and out of its runs. */
interface Recording {
  model?: Uint8Array
  options?: InferenceSession.SessionOptions
  readonly feeds: Map<string, Passed>[]
  readonly results: Map<string, Passed>[]
}

/**
 * What this library costs on top of ONNX Runtime: its training step beside the very model that it made, driven by
 * `session.run` alone. The backend is handed a runtime that writes down what it opens and runs.
 */
export async function onnxOverhead(
  emit: (row: Row) => void,
  { workloads = Object.keys(trainingModels), engines = ['onnx-node', 'onnx-wasm'], rounds }: OverheadOptions,
): Promise<void> {
  const unknown = [
    ...workloads.filter((name) => !Object.hasOwn(trainingModels, name)),
    ...engines.filter((name) => name !== 'onnx-node' && name !== 'onnx-wasm'),
  ]
  if (unknown.length > 0) throw new Error(`onnx-overhead: there is no ${unknown.join(', no ')}`)
  for (const engine of engines)
    for (const workload of workloads)
      for (const row of await compareOn(engine as OnnxEngine, workload as TrainingWorkload, rounds)) emit(row)
}

async function compareOn(engine: OnnxEngine, workload: TrainingWorkload, rounds: number): Promise<Row[]> {
  const ort = await importRuntime(engine)
  const recording: Recording = { feeds: [], results: [] }
  const backend = await onnxBackend(engine, recorded(ort, recording))
  const ours = await startTraining(backend, trainingModels[workload](), randomBatch())
  const losses = [await ours.step(), await ours.step()]
  const byHand = await driveByHand(ort, recording)
  const theirs = [await byHand.run(), await byHand.run()]
  if (Math.abs(theirs[0]! - losses[0]!) > 1e-5 || !(theirs[1]! < theirs[0]!))
    throw new Error(`${workload} on ${engine}: losses by hand ${theirs}, ours ${losses}`)
  const times: Record<'ours' | 'hand', number[]> = { ours: [], hand: [] }
  const ratios: number[] = []
  const timed = async (run: () => Promise<unknown>): Promise<number> => {
    const begin = performance.now()
    await run()
    return performance.now() - begin
  }
  for (let i = 0; i < rounds * 5; i++) {
    times.ours.push(await timed(ours.step))
    times.hand.push(await timed(byHand.run))
    ratios.push(times.ours.at(-1)! / times.hand.at(-1)!)
  }
  await byHand.release()
  await backend.dispose()
  const row = (peer: string, all: readonly number[]): Row => ({
    peer,
    workload,
    threads: 1,
    medianMs: round(median(all)),
    minMs: round(Math.min(...all)),
    runs: all.length,
  })
  return [
    { ...row(`dragoman ${engine}`, times.ours), toHand: round(median(ratios)), nodes: ours.stats.nodes },
    row(`its model by hand ${engine}`, times.hand),
  ]
}

/** The runtime, writing down what goes by. */
function recorded(ort: OnnxModule, recording: Recording): OnnxModule {
  const InferenceSession = {
    async create(model: Uint8Array, options: InferenceSession.SessionOptions) {
      Object.assign(recording, { model, options: { ...options }, feeds: [], results: [] })
      const session = await ort.InferenceSession.create(model, options)
      return {
        release: () => session.release(),
        async run(feeds: Values, runOptions: InferenceSession.RunOptions) {
          // Two steps are enough to see which outputs go back in.
          const isNew = recording.feeds.length < 2
          if (isNew) recording.feeds.push(passed(feeds))
          const results = await session.run(feeds, runOptions)
          if (isNew) recording.results.push(passed(results))
          return results
        },
      }
    },
  }
  // All of the module: by its other exports a backend knows which build it is.
  return { ...ort, InferenceSession } as unknown as OnnxModule
}

function passed(values: Values): Map<string, Passed> {
  return new Map(Object.entries(values).map(([name, { type, dims, data }]) => [name, { type, dims, data }]))
}

/** A loop over `session.run` that starts where the recording does, its state going from outputs to inputs. */
async function driveByHand(
  ort: OnnxModule,
  { model, options, feeds, results }: Recording,
): Promise<{ run(): Promise<number>; release(): Promise<void> }> {
  const session = await ort.InferenceSession.create(model!, options)
  const outputs = [...results[0]!]
  const sources = [...feeds[1]!].flatMap(([input, { data }]) => {
    const output = outputs.find(([, made]) => made.data === data)
    return output ? [[input, output[0]] as const] : []
  })
  const kept = new Set(sources.map(([, output]) => output))
  const [loss] = outputs.find(([name, { dims }]) => dims.length === 0 && !kept.has(name))!
  const tensors = [...feeds[0]!].map(([name, { type, data, dims }]) => [
    name,
    new ort.Tensor(type, data, dims),
  ])
  let state = Object.fromEntries(tensors) as Values
  return {
    release: () => session.release(),
    async run() {
      const made = await session.run(state)
      state = { ...state, ...Object.fromEntries(sources.map(([input, output]) => [input, made[output]!])) }
      return Number((made[loss]!.data as Float32Array)[0])
    },
  }
}
