import type { EagerKernels } from '@dragoman/core/backend'
import { countOf } from '../device.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import { elementwise } from './elementwise.ts'
import { indexing } from './indexing.ts'
import { matmul } from './matmul.ts'
import { movement } from './movement.ts'
import { reduce } from './reduce.ts'

type AnyKernel = (
  inputs: readonly { readonly handle: TfTensor }[],
  attributes: object,
  output: { readonly kind: 'float' | 'int' | 'bool'; readonly shape: readonly number[] },
) => TfTensor

/** One kernel for every primitive; each gives a tensor of its own, and frees what it made on the way. */
export function kernelTable(ops: Ops): EagerKernels<TfTensor> {
  const table: EagerKernels<TfTensor> = {
    ...movement(ops),
    ...elementwise(ops),
    ...indexing(ops),
    ...reduce(ops),
    ...matmul(ops),
  }
  const wrapped = Object.entries(table).map(([op, kernel]) => [op, wrap(ops, kernel as unknown as AnyKernel)])
  return Object.fromEntries(wrapped) as EagerKernels<TfTensor>
}

function wrap(ops: Ops, kernel: AnyKernel): AnyKernel {
  return (inputs, attributes, output) => {
    return ops.device.computeOne(() => {
      // Kernels are not asked for nothing: some of them read beyond it.
      if (countOf(output.shape) === 0) return ops.device.tensor([], output.shape, output.kind)
      const made = ops.reshape(kernel(inputs, attributes, output), output.shape)
      return inputs.some(({ handle }) => handle === made) ? ops.share(made) : made
    })
  }
}
