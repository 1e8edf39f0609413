import { countOf } from '../device.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import { around, type IndexingName } from './indexing.ts'
import type { KernelsOf, Operand } from './kernel.ts'
import { sliced } from './slice.ts'

/** Indices read at once, which costs nothing where the memory is the host's; one outside the axis is an error. */
function readIds({ handle }: Operand, axis: number, size: number): ArrayLike<number> {
  const ids = handle.dataSync()
  for (let i = 0; i < ids.length; i++) {
    if (ids[i]! >= 0 && ids[i]! < size) continue
    throw new RangeError(`index ${ids[i]} (element ${i} of the ids) is outside axis ${axis} of size ${size}`)
  }
  return ids
}

/**
 * Indexing where tensors lie in the host's memory: positions are computed in TypeScript, and GatherNd and ScatterNd
 * do the rest (GatherV2 of the wasm backend takes 25 ns an element, GatherNd 0.1).
 */
export function hostIndexing(ops: Ops): KernelsOf<IndexingName> {
  const positions = (data: Int32Array) => ops.device.tensor(data, [data.length, 1], 'int')
  const gatherRows = (x: TfTensor, rows: Int32Array, inner: number): TfTensor => {
    const params = ops.reshape(x, [countOf(x.shape) / inner, inner])
    return ops.rows(params, rows)
  }
  const addRows = (updates: TfTensor, rows: Int32Array, inner: number, count: number): TfTensor => {
    const inputs = { updates: ops.reshape(updates, [rows.length, inner]), indices: positions(rows) }
    return ops.device.launch('ScatterNd', inputs, { shape: [count, inner] })
  }
  const startOf = (start: Operand, whole: number, window: number): number =>
    Math.max(0, Math.min(start.handle.dataSync()[0]!, whole - window))
  const window = (x: TfTensor, axis: number, start: number, size: number): TfTensor => {
    const { outer, inner } = around(x.shape, axis)
    const rows = ops.reshape(x, [outer, x.shape[axis]! * inner])
    const window = sliced(ops, rows, [0, start * inner], [outer, size * inner])
    return ops.reshape(window, [outer, size * inner])
  }
  return {
    gather: ([table, ids], { axis }) => {
      const { outer, inner } = around(table!.shape, axis)
      const size = table!.shape[axis]!
      return gatherRows(table!.handle, rowsOf(readIds(ids!, axis, size), outer, size), inner)
    },
    scatterAdd: ([ids, updates], { axis, size }, { kind, shape }) => {
      const { outer, inner } = around(updates!.shape, axis, ids!.shape.length)
      const rows = rowsOf(readIds(ids!, axis, size), outer, size)
      if (countOf(updates!.shape) === 0) return ops.fill(shape, 0, kind)
      return addRows(updates!.handle, rows, inner, outer * size)
    },
    gatherAlong: ([x, ids], { axis }) => gatherRows(x!.handle, pointsOf(ids!, axis, x!.shape[axis]!), 1),
    scatterAlong: ([ids, updates], { axis, size }, { kind, shape }) => {
      const points = pointsOf(ids!, axis, size)
      if (points.length === 0) return ops.fill(shape, 0, kind)
      return addRows(updates!.handle, points, 1, countOf(shape))
    },
    dynamicSlice: ([x, start], { axis, size }) =>
      window(x!.handle, axis, startOf(start!, x!.shape[axis]!, size), size),
    dynamicUpdate: ([x, update, start], { axis }, { shape }) => {
      const [whole, size] = [shape[axis]!, update!.shape[axis]!]
      const first = startOf(start!, whole, size)
      const { outer, inner } = around(shape, axis)
      const parts = [
        ...(first > 0 ? [window(x!.handle, axis, 0, first)] : []),
        ops.reshape(update!.handle, [outer, size * inner]),
        ...(first + size < whole ? [window(x!.handle, axis, first + size, whole - first - size)] : []),
      ]
      return ops.concat(parts, 1)
    },
  }
}

/** For each id, and for each entry of the axes before, the row it means among all rows. */
function rowsOf(ids: ArrayLike<number>, outer: number, size: number): Int32Array {
  const rows = new Int32Array(outer * ids.length)
  for (let o = 0, at = 0; o < outer; o++) {
    for (let i = 0; i < ids.length; i++, at++) rows[at] = o * size + ids[i]!
  }
  return rows
}

/** For each id, the element it means in an array that has `size` entries along `axis`. */
function pointsOf(ids: Operand, axis: number, size: number): Int32Array {
  const data = readIds(ids, axis, size)
  const { outer, inner } = around(ids.shape, axis)
  const points = new Int32Array(data.length)
  for (let o = 0, at = 0; o < outer; o++) {
    for (let n = 0; n < ids.shape[axis]!; n++) {
      for (let i = 0; i < inner; i++, at++) points[at] = (o * size + data[at]!) * inner + i
    }
  }
  return points
}
