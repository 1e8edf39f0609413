import { blockUntilReady, jit, numpy as np } from '@jax-js/jax'
import { groups } from '../../workloads/names.ts'
import { operandsOf, productOf, sampleOf } from '../../workloads/products.ts'
import { checkedOnce, type Entrant, type Task } from '../entrant.ts'
import { type A, floats, versionOfJax } from './engine.ts'

/** Products by a compiled matmul. */
export function multiplyByHand(): Entrant {
  const taskOf = (workload: string): Task => {
    const product = productOf(workload)
    const { left, right } = operandsOf(product)
    const a = floats(left, [product.rows, product.inner])
    const b = floats(right, [product.inner, product.columns])
    const multiply = jit((x: A, y: A) => np.matmul(x, y))
    return checkedOnce(
      async () => {
        const made = multiply(a.ref, b.ref)
        await blockUntilReady(made.ref)
        made.dispose()
      },
      async () => sampleOf((await multiply(a.ref, b.ref).data()) as Float32Array),
    )
  }
  return {
    facts: { version: versionOfJax() },
    tasks: Object.fromEntries(groups.gemm.map((workload) => [workload, taskOf(workload)])),
  }
}
