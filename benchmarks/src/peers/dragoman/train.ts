import { adam, type Backend, type HostArray, optimizerState, Session, stepGraph } from '@dragoman/core'
import { round } from '../../measure.ts'
import { initialWeights, randomBatch, type TrainingWorkload, trainingModels } from '../../workloads.ts'
import type { Entrant } from '../entrant.ts'

/** Trains with this library on a backend; the state stays in a session. */
export async function trainOn(backend: Backend, workload: TrainingWorkload): Promise<Entrant> {
  const learningRate = 1e-4
  const optimizer = adam()
  const model = trainingModels[workload]()
  const session = new Session(backend)
  for (const [path, value] of initialWeights(model)) session.set(path, value)
  for (const { name, shape } of optimizerState(model.parameters, optimizer)) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    session.set(name, { kind: 'float', shape, data })
  }
  const options = { optimizer, labelSmoothing: 0, clipNorm: 0, clipValue: 0, scheduledSampling: false }
  const program = await session.compile(stepGraph(model, options))
  const batch = randomBatch()
  let count = 0
  return {
    facts: Object.fromEntries(Object.entries(program.stats).map(([name, value]) => [name, round(value)])),
    async run() {
      count++
      const inputs: Record<string, HostArray> = { ...batch }
      for (const [name, value] of Object.entries({ ...optimizer.scalars(count, learningRate), learningRate }))
        inputs[name] = { kind: 'float', shape: [], data: Float32Array.of(value) }
      const { loss, gradientNorm } = await program.run(inputs)
      const [value] = await loss!.read()
      loss!.dispose()
      gradientNorm!.dispose()
      return [Number(value)]
    },
  }
}
