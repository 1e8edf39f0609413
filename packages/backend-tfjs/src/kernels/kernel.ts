import type { EagerKernel, EagerKernels, EagerName, EagerValue } from '@dragoman/core/backend'
import type { TfTensor } from '../tensorflow.ts'

/** A kernel before what it makes on its way is freed; it may return an operand itself. */
export type Kernel<O extends EagerName> = EagerKernel<TfTensor, O>

/** The part of the table of kernels that one file has. */
export type KernelsOf<O extends EagerName> = Pick<EagerKernels<TfTensor>, O>

/** An operand of such a kernel. */
export type Operand = EagerValue<TfTensor>
