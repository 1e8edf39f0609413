import { cpu } from '@dragoman/backend-cpu'
import { adam, lower, stepGraph } from '@dragoman/core'
import { measure, type Row } from './measure.ts'
import { trainingModels } from './workloads/training.ts'

/** What comes before the first step: tracing with gradients, lowering, and compiling. */
export async function tracing(emit: (row: Row) => void): Promise<void> {
  const backend = await cpu()
  const options = {
    optimizer: adam(),
    labelSmoothing: 0,
    clipNorm: 0,
    clipValue: 0,
    scheduledSampling: false,
  }
  for (const [workload, create] of Object.entries(trainingModels)) {
    const model = create()
    const graph = stepGraph(model, options)
    const lowered = lower(graph, backend.composites).graph
    const budget = { milliseconds: 1000 }
    const nodes = lowered.nodes.length
    emit({
      peer: 'trace',
      workload,
      ...(await measure(() => stepGraph(model, options), budget)),
      nodes: graph.nodes.length,
    })
    emit({
      peer: 'lower',
      workload,
      ...(await measure(() => lower(graph, backend.composites), budget)),
      nodes,
    })
    const compile = async () => (await backend.compile(lowered)).dispose()
    emit({ peer: 'compile', workload, ...(await measure(compile, budget)), nodes })
  }
  await backend.dispose()
}
