import type { NodeOf } from '../graph/graph.ts'
import type { OpName } from '../graph/ops.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Trace } from '../graph/trace.ts'

/** The gradient of the loss with respect to a value, or none when the loss does not depend on it. */
export type Cotangent = Tensor<'float'> | undefined

/** What a gradient rule is given: a node as it stands in its trace. */
export interface RuleContext<O extends OpName> {
  readonly trace: Trace
  readonly node: NodeOf<O>
  readonly inputs: readonly Tensor<'float'>[]
  readonly outputs: readonly Tensor<'float'>[]
  /** One for each output; at least one is there. */
  readonly gradients: readonly Cotangent[]
  /** Whether the gradient of an input is asked for. */
  readonly needs: readonly boolean[]
}

/** The gradients of the inputs, in their order; none for ints and bools. */
export type GradientRule<O extends OpName> = (context: RuleContext<O>) => Cotangent[]

/** Rules for some ops. */
export type GradientTable<O extends OpName> = { readonly [P in O]: GradientRule<P> }
