import type { Attributes, Dim, Kind, OpName, Shape } from '@dragoman/core/backend'
import type { ElementwiseOp } from '../plan/elementwise-ops.ts'
import type { Origin } from './chain-group.ts'
import type { Emitter } from './emitter.ts'
import type { Fuser } from './fuser.ts'
import type { View } from './view.ts'

/** One node that is being lowered. */
export interface OpContext<O extends OpName> {
  readonly emitter: Emitter
  readonly fuser: Fuser
  readonly inputs: readonly View[]
  readonly kinds: readonly Kind[]
  readonly attributes: Attributes<O>
  /** Sizes of each output. */
  readonly outputs: readonly (readonly number[])[]
  readonly origin: Origin
  /** What an attribute's dim is in this run; throws ShapeError when it is negative. */
  size(dim: Dim): number
  sizes(shape: Shape): number[]
  /** Throws ShapeError: the sizes of this run do not fit the op. */
  fail(problem: string): never
  /** Says that the result is only another view of the first operand. */
  isView(): void
}

/** Emits the steps of a node; gives a view for each of its outputs. */
export type OpRule<O extends OpName> = (context: OpContext<O>) => readonly View[]

/** One chain op on the operands of the node. */
export function chained<O extends OpName>(context: OpContext<O>, op: ElementwiseOp): View[] {
  const { fuser, inputs, outputs, origin } = context
  return [fuser.apply(op, inputs, outputs[0]!, origin)]
}

/** The result of a rule that only looks at its operand in another way. */
export function viewed<O extends OpName>(context: OpContext<O>, view: View): View[] {
  if (view.storage === context.inputs[0]!.storage) context.isView()
  return [view]
}
