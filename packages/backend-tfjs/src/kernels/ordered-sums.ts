import { countOf } from '../device.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import { product } from './matmul.ts'

/** 0, 1, … as ints. */
export function range(ops: Ops, count: number, step = 1): TfTensor {
  const data = Array.from({ length: count }, (_, i) => i * step)
  return ops.device.tensor(data, [count], 'int')
}

/**
 * The updates of equal ids added up in an order that is the same in every run, which that of ScatterNd on a GPU is
 * not: as a product with ones and zeros. There NaN and infinities would spread to other ids, so they are scattered;
 * of them alone the order does not matter.
 *
 * @param ids      count of them; one outside the axis is lost.
 * @param updates  [outer, count, inner]
 * @param scatter  ScatterNd of such updates.
 * @returns [outer, size, inner]
 */
export function sumsOfRows(
  ops: Ops,
  ids: TfTensor,
  updates: TfTensor,
  size: number,
  scatter: (updates: TfTensor) => TfTensor,
): TfTensor {
  const count = countOf(ids.shape)
  const [outer, , inner] = updates.shape as [number, number, number]
  const zero = ops.scalar(0)
  const isInfinite = ops.binary('Equal', ops.unary('Abs', updates), ops.scalar(Number.POSITIVE_INFINITY))
  const isLimit = ops.binary('LogicalOr', isInfinite, ops.isNaN(updates))
  const isRow = ops.binary('Equal', ops.reshape(range(ops, size), [size, 1]), ops.reshape(ids, [1, count]))
  const rows = ops.reshape(ops.cast(isRow, 'float'), [1, size, count])
  const numbers = ops.where(isLimit, zero, updates, updates.shape)
  const limits = scatter(ops.where(isLimit, updates, zero, updates.shape))
  return ops.add(product(ops, rows, numbers), ops.reshape(limits, [outer, size, inner]))
}

/** The same of ids and updates [outer, count, inner] that are chosen element by element. */
export function sumsOfElements(ops: Ops, ids: TfTensor, updates: TfTensor, size: number): TfTensor {
  const [outer, count, inner] = ids.shape as [number, number, number]
  const column = (x: TfTensor) => ops.reshape(x, [outer, count, 1, inner])
  const isPlace = ops.binary('Equal', column(ids), ops.reshape(range(ops, size), [1, 1, size, 1]))
  return ops.sum(ops.where(isPlace, column(updates), ops.scalar(0), isPlace.shape), [1])
}
