import { gradients } from '../autodiff/gradients.ts'
import { crossEntropy } from '../graph/composites/cross-entropy.ts'
import { cast, less, select } from '../graph/elementwise.ts'
import type { Graph } from '../graph/graph.ts'
import { expandDims, iota } from '../graph/movement.ts'
import { reduceSum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Trace } from '../graph/trace.ts'
import { trace } from '../graph/trace.ts'
import type { Encoder } from '../models/encoder.ts'
import type { Model } from '../models/model.ts'
import { Randomness } from '../nn/random.ts'
import type { RDropOptions } from './r-drop.ts'
import { rDropLoss } from './r-drop.ts'

type F = Tensor<'float'>

/** What decides the loss of a batch. */
export interface LossOptions {
  /** ε of the cross-entropy. */
  readonly labelSmoothing: number
  /** Whether the graph takes `isTeacher`. */
  readonly scheduledSampling: boolean
  /** Whether there are two passes; only while training, of a model with dropout. */
  readonly rDrop?: RDropOptions | undefined
  /** Whether dropout acts, and the graph takes `randomKey`. */
  readonly isTraining: boolean
}

/** The loss of a batch. */
export interface BatchLoss {
  /** Sum over real target tokens, scalar. */
  readonly sum: F
  /** How many those are, scalar. */
  readonly tokens: F
  /** What led to it, in the order in which it is computed. */
  readonly stages: Readonly<Record<'memory' | 'logits' | 'loss', F>>
}

/** The batch as a graph takes it: source (ids, or frames), targetInput, targetOutput [B, ...], their lengths [B]. */
function batchInputs(t: Trace, { kind, shape }: Encoder['source']) {
  const ids = (name: string, length: string) => t.input(name, 'int', ['batch', length])
  return {
    source: t.input('source', kind, shape),
    sourceLengths: t.input('sourceLengths', 'int', ['batch']),
    targetInput: ids('targetInput', 'target'),
    targetOutput: ids('targetOutput', 'target'),
    targetLengths: t.input('targetLengths', 'int', ['batch']),
  }
}

/** Sum of the cross-entropy over real target tokens, how many there are, and what led to it. */
export function batchLoss(model: Model, t: Trace, options: LossOptions): BatchLoss {
  const { labelSmoothing, scheduledSampling, isTraining, rDrop } = options
  const batch = batchInputs(t, model.encoder.source)
  const random = isTraining ? new Randomness(t.input('randomKey', 'int', [3])) : undefined
  const isTeacher = scheduledSampling ? t.input('isTeacher', 'bool', ['batch', 'target']) : undefined
  const pass = (masks: Randomness | undefined) => {
    const encoded = model.encoder.encode(batch.source, batch.sourceLengths, masks)
    const { logits } = model.decoder.sequence(batch.targetInput, encoded, { random: masks, isTeacher })
    const loss = t.scoped('loss', () => crossEntropy(logits, batch.targetOutput, labelSmoothing))
    return { memory: encoded.memory, logits, loss }
  }
  const first = pass(random)
  // Its sites have a path of their own, so the second pass draws other masks.
  const second = rDrop && random ? t.scoped('second', () => pass(random.in('second'))) : undefined
  return t.scoped('loss', () => {
    const isReal = less(expandDims(iota(t, ['target']), 0), expandDims(batch.targetLengths, 1))
    const perToken = second ? rDropLoss([first, second], rDrop!) : first.loss
    return {
      stages: { ...first, loss: perToken },
      sum: reduceSum(select<'float'>(isReal, perToken, 0)),
      tokens: reduceSum(cast(isReal, 'float')),
    }
  })
}

/** The loss of a batch without dropout, smoothing or sampling: outputs `lossSum` (nats) and `tokens`. */
export function lossGraph(model: Model): Graph {
  return trace('loss', (t) => {
    const plain = { labelSmoothing: 0, scheduledSampling: false, isTraining: false }
    const { sum, tokens } = batchLoss(model, t, plain)
    return { lossSum: sum, tokens }
  })
}

/** Gradients of every weight of the model. */
export function gradientsOf(model: Model, t: Trace, loss: F): F[] {
  return gradients(
    loss,
    model.parameters.map((parameter) => t.parameter(parameter)),
  )
}
