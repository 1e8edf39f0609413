import type { HostArray } from '../backend/contract.ts'
import type { Batch } from '../data/index.ts'
import { NonFiniteError, OptionError } from '../errors.ts'
import type { Graph } from '../graph/graph.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { batchArrays, randomKey, scalar } from './batch-arrays.ts'
import { firstNonFinite } from './diagnose.ts'
import { emaName, emaRate } from './ema.ts'
import { numbers } from './numbers.ts'
import type { ReadTrainOptions } from './options.ts'
import { drawTeacher, teacherProbability } from './scheduled-sampling.ts'
import type { StepOptions } from './step-graph.ts'
import { accumulateGraph, accumulatorName, applyGraph, optimizerState, stepGraph } from './step-graph.ts'

/** What one update of the weights came to. */
export interface Update {
  /** Nats per real target token. */
  readonly loss: number
  readonly gradientNorm: number
  /** Real target tokens. */
  readonly tokens: number
}

/** Updates the weights of a model in its session: one graph a step, or one a batch and one a step. */
export interface Updater {
  update(batches: readonly Batch[], step: number, learningRate: number): Promise<Update>
  /** Names in the session's state that a checkpoint keeps besides the weights: the optimizer's memory, moving averages. */
  readonly memory: readonly string[]
  /** Takes what it added out of the session. */
  dispose(): void
}

/**
 * Compiles what the options need, and puts the optimizer's memory into the session, all zero, and the
 * moving averages, which begin as the weights. After an error nothing of it is left there.
 *
 * @throws OptionError for R-Drop without dropout.
 */
export async function createUpdater(seq2seq: Seq2Seq, options: ReadTrainOptions): Promise<Updater> {
  const { model, session } = seq2seq
  const { optimizer, accumulate, seed, scheduledSampling, ema } = options
  const stepOptions: StepOptions = { ...options, scheduledSampling: scheduledSampling !== undefined }
  const probability = scheduledSampling && teacherProbability(scheduledSampling)

  /** Each batch of a step draws its own bits: `part` makes their keys different. */
  const inputsOf = (batch: Batch, step: number, part: number): Record<string, HostArray> => {
    const draw = (step - 1) * accumulate + part
    const inputs: Record<string, HostArray> = { ...batchArrays(batch), randomKey: randomKey(seed, draw) }
    if (probability) {
      const shape = [batch.size, batch.maxTargetLength] as const
      const data = drawTeacher(seed, draw, ...shape, probability(step - 1))
      inputs.isTeacher = { kind: 'bool', shape, data }
    }
    return inputs
  }
  const scalarsOf = (step: number, learningRate: number) => {
    const average = ema ? { emaRate: emaRate(ema, step) } : {}
    const scalars = Object.entries({ ...optimizer.scalars(step, learningRate), ...average, learningRate })
    return Object.fromEntries(scalars.map(([name, value]) => [name, scalar(value)]))
  }

  /** Stops at what is not finite; the weights are still those before the step. */
  const checked = async (update: Update, batches: readonly Batch[], step: number): Promise<Update> => {
    if (Number.isFinite(update.loss) && Number.isFinite(update.gradientNorm)) return update
    const inputs = batches.map((batch, part) => inputsOf(batch, step, part))
    throw new NonFiniteError({ step, tensor: await firstNonFinite(seq2seq, stepOptions, inputs) })
  }

  const single = async (): Promise<Updater['update']> => {
    const graph = stepGraph(model, stepOptions)
    if (options.rDrop) expectDropout(graph)
    const program = await session.compile(graph)
    return async ([batch], step, learningRate) => {
      const inputs = { ...inputsOf(batch!, step, 0), ...scalarsOf(step, learningRate) }
      const { loss, gradientNorm } = await numbers(program, inputs)
      const update = { loss: loss!, gradientNorm: gradientNorm!, tokens: batch!.targetTokens }
      return checked(update, [batch!], step)
    }
  }
  const accumulated = async (): Promise<Updater['update']> => {
    const graph = accumulateGraph(model, stepOptions)
    if (options.rDrop) expectDropout(graph)
    const add = await session.compile(graph)
    const apply = await session.compile(applyGraph(model, stepOptions))
    return async (batches, step, learningRate) => {
      let lossSum = 0
      let tokens = 0
      for (const [part, batch] of batches.entries()) {
        const outputs = await numbers(add, inputsOf(batch, step, part))
        lossSum += outputs.lossSum!
        tokens += batch.targetTokens
      }
      const loss = lossSum / tokens
      const inputs = { ...scalarsOf(step, learningRate), tokens: scalar(tokens), loss: scalar(loss) }
      const { gradientNorm } = await numbers(apply, inputs)
      return checked({ loss, gradientNorm: gradientNorm!, tokens }, batches, step)
    }
  }

  const update = await (accumulate === 1 ? single() : accumulated())
  const slots = optimizerState(model.parameters, optimizer)
  const sums = model.parameters.map(({ path, shape }) => ({ name: accumulatorName(path), shape }))
  const blank = accumulate === 1 ? slots : [...slots, ...sums]
  const averages = ema ? model.parameters.map(({ path }) => emaName(path)) : []
  const dispose = () => session.delete([...blank.map(({ name }) => name), ...averages])
  try {
    for (const { name, shape } of blank) session.set(name, zeros(shape))
    for (const [i, name] of averages.entries()) {
      session.set(name, await session.get(model.parameters[i]!.path))
    }
  } catch (error) {
    dispose()
    throw error
  }
  return { update, memory: [...slots.map(({ name }) => name), ...averages], dispose }
}

/** Two passes of a model without dropout are the same pass twice. */
function expectDropout(graph: Graph): void {
  if (graph.nodes.some(({ op }) => op === 'dropoutMask')) return
  throw new OptionError({
    option: 'rDrop',
    problem: 'the model has no dropout, so its two passes would be the same',
    hint: 'set a dropout in its configuration, or leave rDrop out',
  })
}

function zeros(shape: readonly number[]): HostArray {
  const count = shape.reduce((product, size) => product * size, 1)
  return { kind: 'float', shape, data: new Float32Array(count) }
}
