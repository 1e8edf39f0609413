import type { HostArray } from '../backend/contract.ts'
import { cast, equal, not, sub } from '../graph/elementwise.ts'
import type { Graph } from '../graph/graph.ts'
import { reduceSum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'
import { trace } from '../graph/trace.ts'
import type { Model } from '../models/model.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { batchLoss, gradientsOf } from './loss.ts'
import { numbers } from './numbers.ts'
import type { StepOptions } from './step-graph.ts'

/** How many elements of a tensor are NaN or infinite. */
function countNonFinite(x: Tensor<'float'>): Tensor<'float'> {
  return reduceSum(cast(not(equal(sub(x, x), 0)), 'float'))
}

/** Counts what is not finite in the weights, in each stage of the forward pass, and in the gradients. */
function diagnosisGraph(model: Model, options: StepOptions): Graph {
  return trace('diagnosis', (t) => {
    const { sum, tokens, stages } = batchLoss(model, t, { ...options, isTraining: true })
    const counts: Record<string, Tensor> = { tokens }
    for (const parameter of model.parameters) {
      counts[`weight ${parameter.path}`] = countNonFinite(t.parameter(parameter))
    }
    for (const [name, stage] of Object.entries(stages)) counts[name] = countNonFinite(stage)
    gradientsOf(model, t, sum).forEach((gradient, i) => {
      counts[`gradient of ${model.parameters[i]!.path}`] = countNonFinite(gradient)
    })
    return counts
  })
}

/**
 * The first tensor that is not finite for a batch, in the order weights, memory, logits, loss,
 * gradients: where a run that broke should be looked at.
 */
export async function firstNonFinite(
  seq2seq: Seq2Seq,
  options: StepOptions,
  inputs: Record<string, HostArray>,
): Promise<string> {
  const program = await seq2seq.session.compile(diagnosisGraph(seq2seq.model, options))
  const { tokens, ...counts } = await numbers(program, inputs)
  const first = Object.entries(counts).find(([, count]) => count > 0)
  if (first) return first[0]
  return tokens === 0 ? 'loss (the batch has no target token)' : 'loss or gradient norm (their sums overflow)'
}
