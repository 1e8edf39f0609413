import type { Kind } from '../../graph/graph.ts'
import type { BoundType } from '../bound-plan.ts'
import type { EagerKernel, EagerKernels, EagerName, EagerValue } from '../eager-kernels.ts'

/** A tensor's elements, row-major: float is Float64Array, int is Int32Array, bool is Uint8Array. */
export type Elements = Float64Array | Int32Array | Uint8Array

/** A kernel of the reference. */
export type Kernel<O extends EagerName> = EagerKernel<Elements, O>

/** The part of the table of kernels that one file has. */
export type KernelsOf<O extends EagerName> = Pick<EagerKernels<Elements>, O>

/** An operand of such a kernel. */
export type Operand = EagerValue<Elements>

/** Number of elements of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Zeros of a kind. */
export function zerosOf(kind: Kind, count: number): Elements {
  if (kind === 'float') return new Float64Array(count)
  return kind === 'int' ? new Int32Array(count) : new Uint8Array(count)
}

/** Zeros for a result. */
export function allocate({ kind, shape }: BoundType): Elements {
  return zerosOf(kind, countOf(shape))
}
