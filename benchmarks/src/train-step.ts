import { cpu } from '@dragoman/backend-cpu'
import {
  adam,
  type HostArray,
  initialValue,
  type Model,
  optimizerState,
  Session,
  type SessionProgram,
  stepGraph,
} from '@dragoman/core'
import { measure, median, type Row, round } from './measure.ts'
import { pytorch } from './pytorch.ts'
import { randomBatch, trainingModels } from './workloads.ts'

const optimizer = adam()
const learningRate = 1e-4

/** A train step of a model on the CPU backend, its state in a session. */
async function prepare(
  model: Model,
): Promise<{ step: () => Promise<number>; stats: SessionProgram['stats'] }> {
  const session = new Session(await cpu())
  for (const parameter of model.parameters) session.set(parameter.path, initialValue(parameter, 1))
  for (const { name, shape } of optimizerState(model.parameters, optimizer)) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    session.set(name, { kind: 'float', shape, data })
  }
  const options = { optimizer, labelSmoothing: 0, clipNorm: 0, clipValue: 0, scheduledSampling: false }
  const program = await session.compile(stepGraph(model, options))
  const batch = randomBatch()
  let count = 0
  return {
    stats: program.stats,
    async step() {
      count++
      const scalars = Object.entries({ ...optimizer.scalars(count, learningRate), learningRate })
      const inputs: Record<string, HostArray> = { ...batch }
      for (const [name, value] of scalars)
        inputs[name] = { kind: 'float', shape: [], data: Float32Array.of(value) }
      const { loss, gradientNorm } = await program.run(inputs)
      const [value] = await loss!.read()
      loss!.dispose()
      gradientNorm!.dispose()
      return Number(value)
    },
  }
}

/**
 * Training steps of `TR` and `TG`, ours and PyTorch's on one thread in turn, and the median of the
 * ratios of the rounds: a machine whose speed drifts then does so for both.
 */
export async function trainStep(emit: (row: Row) => void, rounds: number): Promise<void> {
  for (const [workload, create] of Object.entries(trainingModels)) {
    const model = create()
    const { step, stats } = await prepare(model)
    const firstLoss = await step()
    const ratios: number[] = []
    for (let i = 0; i < rounds; i++) {
      const ours = await measure(step, { warmup: 3, leastRuns: 10, milliseconds: 3000 })
      emit({
        peer: 'dragoman-cpu',
        workload,
        threads: 1,
        ...ours,
        nodes: stats.nodes,
        compileMs: round(stats.compileMs),
      })
      const theirs = pytorch('train_step.py', ['--workload', workload, '--steps', '10', '--warmup', '3'])
      if (!theirs) continue
      emit(theirs)
      ratios.push(ours.medianMs / theirs.medianMs)
    }
    const lastLoss = await step()
    if (!(lastLoss < firstLoss))
      throw new Error(`${workload}: the loss rose from ${firstLoss} to ${lastLoss}`)
    if (ratios.length > 0) {
      const all = ratios.map(round).join(' ')
      emit({
        peer: 'ratio',
        workload,
        medianMs: round(median(ratios)),
        minMs: round(Math.min(...ratios)),
        runs: rounds,
        all,
      })
    }
  }
}
