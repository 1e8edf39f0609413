import {
  adam,
  type Backend,
  type HostArray,
  type Model,
  optimizerState,
  Session,
  stepGraph,
} from '@dragoman/core'
import { round } from '../../measure.ts'
import type { TrainingWorkload } from '../../workloads/names.ts'
import { initialWeights, randomBatch, trainingModels } from '../../workloads/training.ts'
import type { Entrant, Task } from '../entrant.ts'
import { factsOf } from './facts.ts'

/** A model that is trained with Adam on one batch; its state stays in a session. */
export interface Training {
  /** One step → its loss. */
  step(): Promise<number>
  /** Figures of the compiled step; a backend may renew them while it runs. */
  readonly stats: Readonly<Record<string, number>>
  dispose(): Promise<void>
}

/** Sets up the training of a model on a backend. */
export async function startTraining(
  backend: Backend,
  model: Model,
  batch: Readonly<Record<string, HostArray>>,
): Promise<Training> {
  const learningRate = 1e-4
  const optimizer = adam()
  const session = new Session(backend)
  for (const [path, value] of initialWeights(model)) session.set(path, value)
  for (const { name, shape } of optimizerState(model.parameters, optimizer)) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    session.set(name, { kind: 'float', shape, data })
  }
  const options = { optimizer, labelSmoothing: 0, clipNorm: 0, clipValue: 0, scheduledSampling: false }
  const program = await session.compile(stepGraph(model, options))
  let count = 0
  return {
    stats: program.stats,
    dispose: () => session.dispose(),
    async step() {
      count++
      const inputs: Record<string, HostArray> = { ...batch }
      for (const [name, value] of Object.entries({ ...optimizer.scalars(count, learningRate), learningRate }))
        inputs[name] = { kind: 'float', shape: [], data: Float32Array.of(value) }
      const { loss, gradientNorm } = await program.run(inputs)
      const [value] = await loss!.read()
      loss!.dispose()
      gradientNorm!.dispose()
      return Number(value)
    },
  }
}

/** Trains a workload with this library on a backend. */
export async function trainOn(backend: Backend, workload: TrainingWorkload): Promise<Entrant> {
  const { step, stats } = await startTraining(backend, trainingModels[workload](), randomBatch())
  const figures = Object.fromEntries(Object.entries(stats).map(([name, value]) => [name, round(value)]))
  const task: Task = async () => [await step()]
  return { facts: { ...figures, ...factsOf(backend) }, tasks: { [workload]: task } }
}
