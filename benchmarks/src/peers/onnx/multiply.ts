import { groups } from '../../workloads/names.ts'
import { operandsOf, productOf, sampleOf } from '../../workloads/products.ts'
import { checkedOnce, type Entrant, type Task } from '../entrant.ts'
import { type OnnxEngine, openGraph, type Runtime, startRuntime } from './runtime.ts'

/** Products by graphs of one MatMul; a weight stands in the graph, which the runtime prepares while it opens it. */
export async function multiplyByHand(engine: OnnxEngine, folder: string): Promise<Entrant> {
  const runtime = await startRuntime(engine)
  const tasks: Record<string, Task> = {}
  for (const workload of groups.gemm) tasks[workload] = await taskOf(runtime, workload, folder)
  return { facts: {}, tasks }
}

async function taskOf(runtime: Runtime, workload: string, folder: string): Promise<Task> {
  const session = await openGraph(runtime, folder, workload)
  const product = productOf(workload)
  const { rows, inner, columns, isWeight } = product
  const { left, right } = operandsOf(product)
  const inputs = {
    left: runtime.float(left, [rows, inner]),
    ...(isWeight ? {} : { right: runtime.float(right, [inner, columns]) }),
  }
  return checkedOnce(
    () => session.run(inputs),
    async () => sampleOf((await session.run(inputs)).product!.data as Float32Array),
  )
}
