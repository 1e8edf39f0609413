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
    const { sum, stages } = batchLoss(model, t, { ...options, isTraining: true })
    const counts: Record<string, Tensor> = {}
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
 * The first tensor that is not finite for the batches of a step, in the order weights, memory, logits,
 * loss, gradients: where a run that broke should be looked at. When each is finite by itself, it is
 * their sum that overflows.
 *
 * @param batches the inputs of each batch, random key included.
 */
export async function firstNonFinite(
  { model, session }: Seq2Seq,
  options: StepOptions,
  batches: readonly Record<string, HostArray>[],
): Promise<string> {
  const graph = diagnosisGraph(model, options)
  const program = await session.compile(graph)
  for (const inputs of batches) {
    const counts = await numbers(program, inputs)
    const first = graph.outputs.find(({ name }) => counts[name]! > 0)
    if (first) return first.name
  }
  return 'the sum of the losses or of the squared gradients'
}
