import { allocate, countOf, type Elements, type Kernel, type KernelsOf, type Operand } from './elements.ts'
import { offsetAt } from './movement.ts'
import { collect, offsetsOf, place, stridesOf } from './strided.ts'

/** A shape seen from one axis: [outer, size, inner]. */
function around(shape: readonly number[], axis: number, axes = 1): { outer: number; inner: number } {
  return { outer: countOf(shape.slice(0, axis)), inner: countOf(shape.slice(axis + axes)) }
}

function checkIds(ids: Elements, axis: number, size: number): void {
  for (let i = 0; i < ids.length; i++) {
    if (ids[i]! >= 0 && ids[i]! < size) continue
    throw new RangeError(`index ${ids[i]} (element ${i} of the ids) is outside axis ${axis} of size ${size}`)
  }
}

const gather: Kernel<'gather'> = ([table, ids], { axis }, output) => {
  const size = table!.shape[axis]!
  const { outer, inner } = around(table!.shape, axis)
  checkIds(ids!.handle, axis, size)
  const result = allocate(output)
  let at = 0
  for (let o = 0; o < outer; o++) {
    for (const id of ids!.handle) {
      const row = (o * size + id) * inner
      for (let i = 0; i < inner; i++) result[at++] = table!.handle[row + i]!
    }
  }
  return result
}

const scatterAdd: Kernel<'scatterAdd'> = ([ids, updates], { axis, size }, output) => {
  const { outer, inner } = around(updates!.shape, axis, ids!.shape.length)
  checkIds(ids!.handle, axis, size)
  const result = allocate(output)
  let at = 0
  for (let o = 0; o < outer; o++) {
    for (const id of ids!.handle) {
      const row = (o * size + id) * inner
      for (let i = 0; i < inner; i++) result[row + i] = result[row + i]! + updates!.handle[at++]!
    }
  }
  return result
}

/** For each id, where it points in an array that has `size` entries along `axis`. */
function pointsAlong({ handle, shape }: Operand, axis: number, size: number): Int32Array {
  checkIds(handle, axis, size)
  const { outer, inner } = around(shape, axis)
  const points = new Int32Array(handle.length)
  let at = 0
  for (let o = 0; o < outer; o++) {
    for (let n = 0; n < shape[axis]!; n++) {
      for (let i = 0; i < inner; i++, at++) points[at] = (o * size + handle[at]!) * inner + i
    }
  }
  return points
}

const gatherAlong: Kernel<'gatherAlong'> = ([x, ids], { axis }) =>
  collect(x!.handle, pointsAlong(ids!, axis, x!.shape[axis]!))

const scatterAlong: Kernel<'scatterAlong'> = ([ids, updates], { axis, size }, output) => {
  const result = allocate(output)
  pointsAlong(ids!, axis, size).forEach((point, i) => {
    result[point] = result[point]! + updates!.handle[i]!
  })
  return result
}

/** Offsets of the window of `sizes` in an array of `shape` whose start along `axis` is clamped to fit. */
function windowOf(
  shape: readonly number[],
  sizes: readonly number[],
  axis: number,
  start: Operand,
): Int32Array {
  const strides = stridesOf(shape)
  const clamped = Math.max(0, Math.min(start.handle[0]!, shape[axis]! - sizes[axis]!))
  const position = shape.map((_, i) => (i === axis ? clamped : 0))
  return offsetsOf(sizes, strides, offsetAt(position, strides))
}

const dynamicSlice: Kernel<'dynamicSlice'> = ([x, start], { axis }, output) =>
  collect(x!.handle, windowOf(x!.shape, output.shape, axis, start!))

const dynamicUpdate: Kernel<'dynamicUpdate'> = ([x, update, start], { axis }) => {
  const result = x!.handle.slice()
  place(result, windowOf(x!.shape, update!.shape, axis, start!), update!.handle)
  return result
}

/** Kernels that look up or write elements at indices that are data. */
export const indexing: KernelsOf<
  'gather' | 'scatterAdd' | 'gatherAlong' | 'scatterAlong' | 'dynamicSlice' | 'dynamicUpdate'
> = {
  gather,
  scatterAdd,
  gatherAlong,
  scatterAlong,
  dynamicSlice,
  dynamicUpdate,
}
