import type { Dim } from '../graph/dims.ts'
import { mulDims } from '../graph/dims.ts'
import type { NodeOf, ValueId } from '../graph/graph.ts'
import { matmul } from '../graph/matmul.ts'
import { reshape, transpose } from '../graph/movement.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Trace } from '../graph/trace.ts'

type F = Tensor<'float'>

/** Tensors that a loop stacks, by the value of its body. */
export type Stacked = (value: ValueId) => F

/** The gradient of a loop's constant: what each step adds now, and what one product gives afterwards. */
export interface Hoisted {
  readonly now: readonly F[]
  readonly later: readonly { readonly operands: readonly F[]; readonly build: (stacked: Stacked) => F }[]
}

/**
 * Σₜ op(Aₜ) op(Bₜ) is one product of the stacked operands, with time beside the inner axis: one large
 * product after the loop instead of a small one, and a sum as large as the weight, in every step.
 *
 * @param parts       contributions of one step to the gradient of a constant.
 * @param isConstant  values that are the same in every step: to stack them would only cost.
 */
export function hoist(inner: Trace, parts: readonly F[], isConstant: (value: ValueId) => boolean): Hoisted {
  const now: F[] = []
  const later: Hoisted['later'][number][] = []
  for (const part of parts) {
    const node = inner.nodes.find((each) => each.outputs.includes(part.id))
    const operands = node?.inputs.map((id) => inner.tensor(id) as F) ?? []
    const [a, b] = operands
    const fits = node?.op === 'matmul' && a!.rank === b!.rank && !operands.some(({ id }) => isConstant(id))
    if (!fits || !sameBatch(a!, b!)) now.push(part)
    else later.push({ operands, build: (stacked) => productOverTime(node, stacked(a!.id), stacked(b!.id)) })
  }
  return { now, later }
}

function sameBatch(a: F, b: F): boolean {
  return a.shape.slice(0, -2).every((dim, axis) => dim === b.shape[axis])
}

/** [T, ..., M, K] and [T, ..., K, N] (either may be stored transposed) → [..., M, N], summed over T. */
function productOverTime({ attributes }: NodeOf<'matmul'>, a: F, b: F): F {
  const { transposeA, transposeB } = attributes
  // K is the last axis but one of a transposed A and of a plain B.
  return matmul(timeBeside(a, transposeA ? -2 : -1), timeBeside(b, transposeB ? -1 : -2), attributes)
}

/** Moves axis 0 in front of `axis` and merges the two. */
function timeBeside(x: F, axis: -1 | -2): F {
  const target = x.rank + axis
  const order = x.shape.map((_, i) => i).slice(1)
  order.splice(target - 1, 0, 0)
  const moved = transpose(x, order)
  const merged: Dim = mulDims(moved.shape[target - 1]!, moved.shape[target]!)
  return reshape(moved, [...moved.shape.slice(0, target - 1), merged, ...moved.shape.slice(target + 1)])
}
