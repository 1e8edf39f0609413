import { round } from '../../measure.ts'
import type { TrainingWorkload } from '../../workloads/names.ts'
import { randomBatch } from '../../workloads/training.ts'
import { timeFirst, trainingWeights } from '../by-hand.ts'
import type { Entrant } from '../entrant.ts'
import { type OnnxEngine, openGraph, startRuntime, type Values } from './runtime.ts'

const [beta1, beta2, learningRate, adamEpsilon] = [0.9, 0.999, 1e-4, 1e-8]

/** Trains with a graph written by hand: forward, backward and Adam in one `session.run` a step. */
export async function trainByHand(
  engine: OnnxEngine,
  workload: TrainingWorkload,
  folder: string,
): Promise<Entrant> {
  const runtime = await startRuntime(engine)
  const begin = performance.now()
  const session = await openGraph(runtime, folder, workload)
  const openMs = round(performance.now() - begin)
  const order = workload === 'TT' ? (ids: Int32Array) => ids : timeFirst
  const { source, targetInput, targetOutput } = randomBatch()
  const ids = (array: typeof source) => {
    const data = order(array!.data as Int32Array)
    return runtime.int64(data, [data.length])
  }
  const batch = { source: ids(source), target: ids(targetInput), labels: ids(targetOutput) }
  let state: Values = {}
  for (const [path, { shape, data }] of trainingWeights(workload)) {
    state[path] = runtime.float(data, shape)
    for (const slot of ['m', 'v'])
      state[`${slot}.${path}`] = runtime.float(new Float32Array(data.length), shape)
  }
  let count = 0
  return {
    facts: { openMs },
    tasks: {
      async [workload]() {
        count++
        // Adam's corrections, moved from the moments to the rate and to epsilon.
        const correction = Math.sqrt(1 - beta2 ** count)
        const scalar = (value: number) => runtime.float(Float32Array.of(value), [])
        const rate = scalar((learningRate * correction) / (1 - beta1 ** count))
        const epsilon = scalar(adamEpsilon * correction)
        const outputs = await session.run({ ...batch, ...state, rate, epsilon })
        state = Object.fromEntries(Object.keys(state).map((name) => [name, outputs[`next.${name}`]!]))
        return [Number((outputs.loss!.data as Float32Array)[0])]
      },
    },
  }
}
