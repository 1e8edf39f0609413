import { type Backend, type HostArray, matmul, trace } from '@dragoman/core'
import { groups } from '../../workloads/names.ts'
import { operandsOf, productOf, sampleOf, transposed } from '../../workloads/products.ts'
import { checkedOnce, type Entrant, type Task } from '../entrant.ts'
import { factsOf } from './facts.ts'

/** Products through the public API: compiled graphs over device arrays. A weight lies [columns, inner], as in layers. */
export async function multiplyOn(backend: Backend): Promise<Entrant> {
  const tasks: Record<string, Task> = {}
  for (const workload of groups.gemm) tasks[workload] = await taskOf(backend, workload)
  return { facts: factsOf(backend), tasks }
}

async function taskOf(backend: Backend, workload: string): Promise<Task> {
  const product = productOf(workload)
  const { rows, inner, columns, isWeight } = product
  const shapes = { left: [rows, inner], right: isWeight ? [columns, inner] : [inner, columns] }
  const graph = trace('gemm', (t) => ({
    product: matmul(t.input('left', 'float', shapes.left), t.input('right', 'float', shapes.right), {
      transposeB: isWeight,
    }),
  }))
  const program = await backend.compile(graph, { constants: isWeight ? ['right'] : [] })
  const { left, right } = operandsOf(product)
  const upload = (shape: readonly number[], data: Float32Array) =>
    backend.upload({ kind: 'float', shape, data } satisfies HostArray)
  const inputs = {
    left: upload(shapes.left, left),
    right: upload(shapes.right, isWeight ? transposed(right, inner, columns) : right),
  }
  const make = async () => (await program.run(inputs)).product!
  return checkedOnce(
    async () => (await make()).dispose(),
    async () => {
      const made = await make()
      const sample = sampleOf((await made.read()) as Float32Array)
      made.dispose()
      return sample
    },
  )
}
