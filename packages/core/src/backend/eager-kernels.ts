import type { CompositeName, OpName, PrimitiveName } from '../graph/ops.ts'
import type { BoundAttributes, BoundType } from './bound-plan.ts'

/** An operand of a kernel: the engine's own handle, with its kind and sizes. */
export interface EagerValue<H> extends BoundType {
  readonly handle: H
}

/**
 * Computes one op at once. The result is a new handle that the helper owns and will free; a kernel
 * that changes nothing returns a clone, never the operand's own handle. It does not change or free
 * its operands. What it throws becomes a BackendError that names the op and its place.
 */
export type EagerKernel<H, O extends OpName> = (
  inputs: readonly EagerValue<H>[],
  attributes: BoundAttributes<O>,
  output: BoundType,
) => H

/** As {@link EagerKernel}, with as many results as the composite has. */
export type EagerComposite<H, O extends CompositeName> = (
  inputs: readonly EagerValue<H>[],
  attributes: BoundAttributes<O>,
  outputs: readonly BoundType[],
) => H[]

/** Loops and sizes are the helper's own work: it needs no kernel for them. */
export type EagerName = Exclude<PrimitiveName, 'scan' | 'size'>

/** One kernel for every primitive. */
export type EagerKernels<H> = { readonly [O in EagerName]: EagerKernel<H, O> }

/** Kernels for composites that the engine has whole. */
export type EagerComposites<H> = { readonly [O in CompositeName]?: EagerComposite<H, O> }
