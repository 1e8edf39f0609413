import { mulDims } from './dims.ts'
import { cast, div, mul, sqrt } from './elementwise.ts'
import { size } from './movement.ts'
import type { Tensor } from './tensor.ts'

/** Which axes to reduce (all by default; negative ones count from the end), and whether they stay as size 1. */
export interface ReduceOptions {
  readonly axes?: readonly number[]
  readonly keepDims?: boolean
}

function reduce<K extends 'float' | 'int'>(
  op: 'reduceSum' | 'reduceMax' | 'reduceMin',
  x: Tensor<K>,
  { axes = x.shape.map((_, axis) => axis), keepDims = false }: ReduceOptions,
): Tensor<K> {
  if (axes.length === 0) return x
  const sorted = axes.map((axis) => x.axis(axis)).sort((a, b) => a - b)
  return x.trace.emit(op, [x], { axes: sorted, keepDims })[0] as Tensor<K>
}

/** Sum over axes; 0 of nothing. */
export function reduceSum<K extends 'float' | 'int'>(x: Tensor<K>, options: ReduceOptions = {}): Tensor<K> {
  return reduce('reduceSum', x, options)
}

/** Largest element over axes; NaN if there is one; −Inf of nothing. */
export function reduceMax<K extends 'float' | 'int'>(x: Tensor<K>, options: ReduceOptions = {}): Tensor<K> {
  return reduce('reduceMax', x, options)
}

/** Smallest element over axes; NaN if there is one; +Inf of nothing. */
export function reduceMin<K extends 'float' | 'int'>(x: Tensor<K>, options: ReduceOptions = {}): Tensor<K> {
  return reduce('reduceMin', x, options)
}

/** Mean over axes; NaN of nothing. */
export function reduceMean(x: Tensor<'float'>, options: ReduceOptions = {}): Tensor<'float'> {
  const axes = options.axes ?? x.shape.map((_, axis) => axis)
  const count = axes.map((axis) => x.size(axis)).reduce(mulDims, 1)
  return div(reduceSum(x, options), cast(size(x, count), 'float'))
}

/** √Σx² over all elements. */
export function norm(x: Tensor<'float'>): Tensor<'float'> {
  return sqrt(reduceSum(mul(x, x)))
}

/** Index of the largest element along an axis, which is removed; the lowest where several are largest. */
export function argMax(x: Tensor<'float' | 'int'>, axis = -1): Tensor<'int'> {
  return x.trace.emit('argMax', [x], { axis: x.axis(axis) })[0] as Tensor<'int'>
}
