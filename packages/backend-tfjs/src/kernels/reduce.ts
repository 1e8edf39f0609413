import type { Kind } from '@dragoman/core/backend'
import { countOf } from '../device.ts'
import { mostAxes } from '../merged-axes.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import { around } from './indexing.ts'
import type { Kernel, KernelsOf } from './kernel.ts'
import { product } from './matmul.ts'

/** So many rows are summed by a product with ones. */
const fewRows = 16

/** Kernels that take one number from many. */
export function reduce(ops: Ops): KernelsOf<'reduceSum' | 'reduceMax' | 'reduceMin' | 'argMax'> {
  const lowest = { float: Number.NEGATIVE_INFINITY, int: -(2 ** 31), bool: 0 }
  const highest = { float: Number.POSITIVE_INFINITY, int: 2 ** 31 - 1, bool: 1 }
  return {
    reduceSum: reduction(ops, { float: 0, int: 0, bool: 0 }, (x, axes, keepDims) =>
      sum(ops, x, axes, keepDims),
    ),
    reduceMax: reduction(ops, lowest, (x, axes, keepDims) => ops.extreme('Max', x, axes, keepDims)),
    reduceMin: reduction(ops, highest, (x, axes, keepDims) => ops.extreme('Min', x, axes, keepDims)),
    argMax: ([x], { axis }) => {
      const find = x!.kind === 'float' ? argMaxOfFloats : argMaxOfInts
      const { outer, inner } = around(x!.shape, axis)
      const size = x!.shape[axis]!
      return find(ops, ops.reshape(x!.handle, inner === 1 ? [outer, size] : [outer, size, inner]), 1)
    },
  }
}

type Fold = (x: TfTensor, axes: readonly number[], keepDims: boolean) => TfTensor

function reduction(ops: Ops, nothing: Readonly<Record<Kind, number>>, fold: Fold): Kernel<'reduceSum'> {
  return ([x], { axes, keepDims }, { kind, shape }) => {
    const { handle } = x!
    if (countOf(handle.shape) === 0) return ops.fill(shape, nothing[kind], kind)
    if (axes.every((axis) => handle.shape[axis] === 1)) return ops.reshape(handle, shape)
    if (handle.shape.length <= mostAxes) return fold(handle, axes, keepDims)
    return ops.reshape(foldInTurn(ops, handle, axes, fold), shape)
  }
}

/** One run of neighbouring axes after another, each as the middle one of three. */
function foldInTurn(ops: Ops, x: TfTensor, axes: readonly number[], fold: Fold): TfTensor {
  const sizes = [...x.shape]
  let done = x
  for (let axis = 0; axis < sizes.length; axis++) {
    if (!axes.includes(axis)) continue
    let end = axis + 1
    while (axes.includes(end)) end++
    const parts = [sizes.slice(0, axis), sizes.slice(axis, end), sizes.slice(end)].map(countOf)
    done = fold(ops.reshape(done, parts), [1], false)
    sizes.fill(1, axis, end)
    axis = end
  }
  return done
}

/** Sum over leading axes transposes first on some backends, and a product with ones packs all of x. */
function sum(ops: Ops, x: TfTensor, axes: readonly number[], keepDims: boolean): TfTensor {
  const isLeading = axes.length < x.shape.length && axes.every((axis, i) => axis === i)
  if (!ops.traits.slowLeadingSum || !isLeading || x.dtype !== 'float32') return ops.sum(x, axes, keepDims)
  const columns = countOf(x.shape.slice(axes.length))
  const few = halved(ops, ops.reshape(x, [countOf(x.shape) / columns, columns]))
  return product(ops, ops.fill([1, few.shape[0]!], 1, 'float'), few)
}

/** Rows with the same sum of columns, added half to half as long as they are many. */
function halved(ops: Ops, x: TfTensor): TfTensor {
  let rows = x
  while (rows.shape[0]! > fewRows && rows.shape[0]! % 2 === 0) {
    const [count, columns] = rows.shape as [number, number]
    const halves = ops.reshape(rows, [2, count / 2, columns])
    rows = ops.add(ops.entry(halves, 0), ops.entry(halves, 1))
  }
  return rows
}

function argMaxOfInts(ops: Ops, x: TfTensor, axis: number): TfTensor {
  const floats = ops.traits.movesInts ? x : ops.cast(x, 'float')
  if (ops.traits.findsFirstLargest) return ops.device.launch('ArgMax', { x: floats }, { axis })
  const size = x.shape[axis]!
  const isLargest = ops.binary('Equal', floats, ops.max(floats, [axis], true))
  const places = ops.device.tensor(
    Array.from({ length: size }, (_, i) => i),
    x.shape.map((_, i) => (i === axis ? size : 1)),
    'float',
  )
  const candidates = ops.where(isLargest, places, ops.scalar(size), x.shape)
  return ops.cast(ops.min(candidates, [axis]), 'int')
}

/** ArgMax passes over NaN, which counts as largest here: where there is one, the first of them is meant. */
function argMaxOfFloats(ops: Ops, x: TfTensor, axis: number): TfTensor {
  const shape = x.shape.filter((_, i) => i !== axis)
  const marks = ops.cast(ops.isNaN(x), 'float')
  const hasNaN = ops.binary('NotEqual', ops.max(marks, [axis]), ops.scalar(0))
  return ops.where(hasNaN, argMaxOfInts(ops, marks, axis), argMaxOfInts(ops, x, axis), shape)
}
