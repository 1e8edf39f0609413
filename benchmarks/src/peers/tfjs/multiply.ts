import * as tf from '@tensorflow/tfjs-core'
import { groups } from '../../workloads/names.ts'
import { operandsOf, productOf, sampleOf } from '../../workloads/products.ts'
import { checkedOnce, type Entrant, type Task } from '../entrant.ts'

/** Products by matMul; both sides lie as its kernel for XNNPACK wants them. */
export function multiplyByHand(): Entrant {
  const taskOf = (workload: string): Task => {
    const product = productOf(workload)
    const { left, right } = operandsOf(product)
    const a = tf.tensor2d(left, [product.rows, product.inner])
    const b = tf.tensor2d(right, [product.inner, product.columns])
    return checkedOnce(
      () => tf.matMul(a, b).dispose(),
      async () => {
        const made = tf.matMul(a, b)
        const sample = sampleOf(await made.data())
        made.dispose()
        return sample
      },
    )
  }
  return {
    facts: { version: tf.version_core },
    tasks: Object.fromEntries(groups.gemm.map((workload) => [workload, taskOf(workload)])),
  }
}
