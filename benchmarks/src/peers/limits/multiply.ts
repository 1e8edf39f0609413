import { groups } from '../../workloads/names.ts'
import { operationsOf, productOf, weightBytesOf } from '../../workloads/products.ts'
import type { Entrant, Task } from '../entrant.ts'
import { bytesPerPass, computingLoop, operationsPerPass, readingLoop } from './loops.ts'

type Run = (from: number, to: number) => number

/**
 * What no product in WebAssembly on one thread can beat: as many multiplications and additions in registers alone, and,
 * where a vector is multiplied by a matrix that no cache holds, reading that matrix once.
 */
export function runLimits(isRelaxed: boolean): Entrant {
  const compute = instantiate(computingLoop(isRelaxed), new WebAssembly.Memory({ initial: 1 }))
  const tasks = Object.fromEntries(
    groups.gemm.map((workload): [string, Task] => {
      const product = productOf(workload)
      if (product.rows === 1) return [workload, readTask(weightBytesOf(product))]
      const passes = Math.round(operationsOf(product) / operationsPerPass)
      return [workload, taskOf(() => compute(0, passes))]
    }),
  )
  return { facts: {}, tasks }
}

function readTask(bytes: number): Task {
  const end = Math.floor(bytes / bytesPerPass) * bytesPerPass
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) })
  new Float32Array(memory.buffer).fill(1)
  const read = instantiate(readingLoop(), memory)
  return taskOf(() => read(0, end))
}

function taskOf(run: () => number): Task {
  return async () => {
    run()
    return []
  }
}

function instantiate(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): Run {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
  return instance.exports.run as Run
}
