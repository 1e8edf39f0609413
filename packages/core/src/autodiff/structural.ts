import { addDims, sizeOf, subDims } from '../graph/dims.ts'
import { cast, div, equal, mul } from '../graph/elementwise.ts'
import {
  dynamicSlice,
  dynamicUpdate,
  gather,
  gatherAlong,
  scatterAdd,
  scatterAlong,
} from '../graph/indexing.ts'
import { matmul } from '../graph/matmul.ts'
import { broadcast, flip, pad, reshape, slice, transpose, zeros } from '../graph/movement.ts'
import { reduceSum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'
import { unbroadcast } from './elementwise.ts'
import type { GradientRule, GradientTable } from './rule.ts'

type F = Tensor<'float'>
type Int = Tensor<'int'>

/** Gradients of ops that move elements. */
export const movementGradients: GradientTable<
  'reshape' | 'transpose' | 'broadcast' | 'slice' | 'pad' | 'concat' | 'flip'
> = {
  reshape: ({ inputs: [x], gradients: [g] }) => [reshape(g!, x!.shape)],
  transpose: ({ node, gradients: [g] }) => {
    const inverse: number[] = []
    node.attributes.permutation.forEach((axis, i) => {
      inverse[axis] = i
    })
    return [transpose(g!, inverse)]
  },
  broadcast: ({ inputs: [x], gradients: [g] }) => [unbroadcast(g!, x!)],
  slice: ({ node, inputs: [x], gradients: [g] }) => {
    const { starts, sizes } = node.attributes
    const high = x!.shape.map((dim, axis) => subDims(dim, addDims(starts[axis]!, sizes[axis]!)))
    return [pad(g!, starts, high)]
  },
  pad: ({ node, inputs: [x], gradients: [g] }) => [
    x!.shape.reduce((part, dim, axis) => slice(part, axis, node.attributes.low[axis]!, dim), g!),
  ],
  concat: ({ node, inputs, gradients: [g] }) => {
    const { axis } = node.attributes
    let start = 0 as number | string
    return inputs.map((part) => {
      const own = slice(g!, axis, start, part.shape[axis]!)
      start = addDims(start, part.shape[axis]!)
      return own
    })
  },
  flip: ({ node, gradients: [g] }) => [flip(g!, node.attributes.axes)],
}

/** Gradients of ops that read or write at indices. */
export const indexingGradients: GradientTable<
  'gather' | 'scatterAdd' | 'gatherAlong' | 'scatterAlong' | 'dynamicSlice' | 'dynamicUpdate'
> = {
  gather: ({ node, inputs: [table, ids], gradients: [g] }) => {
    const { axis } = node.attributes
    return [scatterAdd(ids as unknown as Int, g!, axis, table!.shape[axis]!)]
  },
  scatterAdd: ({ node, inputs: [ids], gradients: [g] }) => [
    undefined,
    gather<'float'>(g!, ids as unknown as Int, node.attributes.axis),
  ],
  gatherAlong: ({ node, inputs: [x, ids], gradients: [g] }) => {
    const { axis } = node.attributes
    return [scatterAlong(ids as unknown as Int, g!, axis, x!.shape[axis]!)]
  },
  scatterAlong: ({ node, inputs: [ids], gradients: [g] }) => [
    undefined,
    gatherAlong(g!, ids as unknown as Int, node.attributes.axis),
  ],
  dynamicSlice: ({ node, inputs: [x, start], gradients: [g] }) => [
    dynamicUpdate(zeros(g!, 'float', x!.shape), g!, start as unknown as Int, node.attributes.axis),
  ],
  dynamicUpdate: ({ node, inputs, gradients: [g] }) => {
    const { axis } = node.attributes
    const [, update, start] = inputs
    const at = start as unknown as Int
    return [
      dynamicUpdate(g!, zeros(g!, 'float', update!.shape), at, axis),
      dynamicSlice(g!, at, axis, update!.shape[axis]!),
    ]
  },
}

/** The reduced tensor with its axes back, as axes of size 1. */
function restoreAxes(x: F, axes: readonly number[], like: Tensor): F {
  return reshape(
    x,
    like.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
  )
}

/** Shared evenly among the elements that are as large as the result, as PyTorch's `amax` does. */
function extreme<O extends 'reduceMax' | 'reduceMin'>(): GradientRule<O> {
  return ({ node, inputs: [x], outputs: [y], gradients: [g] }) => {
    const { axes } = node.attributes
    const hits = cast(equal(x!, restoreAxes(y!, axes, x!)), 'float')
    const count = reduceSum(hits, { axes, keepDims: true })
    return [mul(hits, div(restoreAxes(g!, axes, x!), count))]
  }
}

/** Gradients of reductions. */
export const reductionGradients: GradientTable<'reduceSum' | 'reduceMax' | 'reduceMin'> = {
  reduceSum: ({ node, inputs: [x], gradients: [g] }) => [
    broadcast(restoreAxes(g!, node.attributes.axes, x!), x!.shape),
  ],
  reduceMax: extreme<'reduceMax'>(),
  reduceMin: extreme<'reduceMin'>(),
}

/** x [..., N] with all axes but the last as one. */
function flattenRows(x: F): F {
  return reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!])
}

/**
 * With C = op(A) op(B): dA is dC op(B)ᵀ and dB is op(A)ᵀ dC, written so that nothing is transposed in
 * memory. A matrix that a whole batch shares gets one flat product instead of one for each row.
 */
export const matmulGradient: GradientRule<'matmul'> = ({ node, inputs, gradients: [g], needs }) => {
  const [a, b] = inputs as [F, F]
  const { transposeA, transposeB } = node.attributes
  const dA = () =>
    transposeA
      ? matmul(b, g!, { transposeA: transposeB, transposeB: true })
      : matmul(g!, b, { transposeB: !transposeB })
  const dB = () => {
    const shared = b.rank === 2 && a.rank > 2 && !transposeA
    const [left, gradient] = shared ? [flattenRows(a), flattenRows(g!)] : [a, g!]
    return transposeB
      ? matmul(gradient, left, { transposeA: true, transposeB: transposeA })
      : matmul(left, gradient, { transposeA: !transposeA })
  }
  return [needs[0] ? unbroadcast(dA(), a) : undefined, needs[1] ? unbroadcast(dB(), b) : undefined]
}
