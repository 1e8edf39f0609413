import { ShapeError } from '../errors.ts'
import type { Dim, Shape } from './dims.ts'
import { canonicalDim, mulDims, sameShape, subDims, toDim } from './dims.ts'
import type { Kind } from './graph.ts'
import type { Operand, Tensor } from './tensor.ts'
import { Trace, toTensor, traceOf } from './trace.ts'

/** The graph that a source op belongs to: a trace, or that of a tensor at hand. */
export type Place = Trace | Tensor

function traceAt(place: Place): Trace {
  return place instanceof Trace ? place : place.trace
}

/** A literal tensor. `data` is row-major; bools are 0 and 1. */
export function constant<K extends Kind>(
  place: Place,
  kind: K,
  shape: readonly number[],
  data: readonly number[],
): Tensor<K> {
  return traceAt(place).emit('constant', [], { kind, shape, data })[0] as Tensor<K>
}

/** A tensor with the same literal everywhere. */
export function full<K extends Kind>(place: Place, kind: K, shape: Shape, value: number): Tensor<K> {
  return broadcast(constant(place, kind, [], [value]), shape)
}

/** Zeros of a shape; false for bools. */
export function zeros<K extends Kind>(place: Place, kind: K, shape: Shape): Tensor<K> {
  return full(place, kind, shape, 0)
}

/** int tensor in which each element is its index along `axis`. */
export function iota(place: Place, shape: Shape, axis = 0): Tensor<'int'> {
  return traceAt(place).emit('iota', [], { shape: shape.map(toDim), axis })[0] as Tensor<'int'>
}

/** The size that a dim has in a run, as an int scalar. */
export function size(place: Place, dim: Dim): Tensor<'int'> {
  if (typeof dim === 'number') return constant(place, 'int', [], [dim])
  return traceAt(place).emit('size', [], { dim: toDim(dim) })[0] as Tensor<'int'>
}

/** The same elements in the same order under another shape. */
export function reshape<K extends Kind>(x: Tensor<K>, shape: Shape): Tensor<K> {
  const dims = shape.map(toDim)
  if (sameShape(dims, x.shape)) return x
  return x.trace.emit('reshape', [x], { shape: dims })[0] as Tensor<K>
}

/** Axes in another order: output axis i is input axis `permutation[i]`; by default the last two swap. */
export function transpose<K extends Kind>(x: Tensor<K>, permutation?: readonly number[]): Tensor<K> {
  const axes = permutation ?? swapLast(x)
  if (axes.every((axis, i) => axis === i) && axes.length === x.rank) return x
  return x.trace.emit('transpose', [x], { permutation: axes })[0] as Tensor<K>
}

function swapLast(x: Tensor): number[] {
  const axes = x.shape.map((_, axis) => axis)
  return [...axes.slice(0, -2), x.axis(-1), x.axis(-2)]
}

/** x repeated along axes of size 1, and along new axes in front, until it has `shape`. */
export function broadcast<K extends Kind>(x: Tensor<K>, shape: Shape): Tensor<K> {
  const dims = shape.map(toDim)
  if (sameShape(dims, x.shape)) return x
  return x.trace.emit('broadcast', [x], { shape: dims })[0] as Tensor<K>
}

/** `size` entries of one axis from `start` on. */
export function slice<K extends Kind>(x: Tensor<K>, axis: number, start: Dim, size: Dim): Tensor<K> {
  const at = x.axis(axis)
  const starts = x.shape.map((_, i) => (i === at ? canonicalDim(start) : 0))
  const sizes = x.shape.map((dim, i) => (i === at ? canonicalDim(size) : dim))
  if (sameShape(sizes, x.shape)) return x
  return x.trace.emit('slice', [x], { starts, sizes })[0] as Tensor<K>
}

/** One entry of an axis, which is removed; `'last'` is the last one. */
export function take<K extends Kind>(x: Tensor<K>, axis: number, index: Dim | 'last'): Tensor<K> {
  const start = index === 'last' ? subDims(x.size(axis), 1) : index
  return squeeze(slice(x, axis, start, 1), axis)
}

/** x cut along an axis into parts of these sizes. Throws ShapeError unless they add up to the axis. */
export function split<K extends Kind>(x: Tensor<K>, axis: number, sizes: readonly number[]): Tensor<K>[] {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total !== x.size(axis)) {
    throw new ShapeError({
      op: 'split',
      problem: `the parts ${sizes.join(', ')} make ${total}, but the axis has ${x.size(axis)}`,
      inputs: [x.describe('x')],
    })
  }
  let start = 0
  return sizes.map((size) => {
    const part = slice(x, axis, start, size)
    start += size
    return part
  })
}

/** `low` and `high` more entries of `value` before and after each axis. */
export function pad<K extends Kind>(x: Tensor<K>, low: Shape, high: Shape, value = 0): Tensor<K> {
  if ([...low, ...high].every((dim) => dim === 0)) return x
  const sizes = { low: low.map(canonicalDim), high: high.map(canonicalDim) }
  return x.trace.emit('pad', [x], { ...sizes, value })[0] as Tensor<K>
}

/** Parts one after another along an axis; they agree in the other axes. */
export function concat<K extends Kind>(parts: readonly Tensor<K>[], axis: number): Tensor<K> {
  const [first] = parts
  if (parts.length === 1) return first!
  const trace = traceOf(parts)
  return trace.emit('concat', parts, { axis: first!.axis(axis) })[0] as Tensor<K>
}

/** Tensors of one shape stacked along a new axis in front. */
export function stack<K extends Kind>(parts: readonly Tensor<K>[]): Tensor<K> {
  return concat(
    parts.map((part) => expandDims(part, 0)),
    0,
  )
}

/** Entries in the opposite order along the given axes. */
export function flip<K extends Kind>(x: Tensor<K>, axes: readonly number[]): Tensor<K> {
  return x.trace.emit('flip', [x], { axes: axes.map((axis) => x.axis(axis)) })[0] as Tensor<K>
}

/** A new axis of size 1 at `axis` of the result; negative ones count from its end. ShapeError outside its rank. */
export function expandDims<K extends Kind>(x: Tensor<K>, axis: number): Tensor<K> {
  const at = axis < 0 ? axis + x.rank + 1 : axis
  if (!Number.isInteger(at) || at < 0 || at > x.rank) {
    const problem = `axis ${axis} is outside a result of rank ${x.rank + 1}`
    throw new ShapeError({ op: 'expandDims', problem, inputs: [x.describe('x')] })
  }
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)])
}

/** x without an axis of size 1. */
export function squeeze<K extends Kind>(x: Tensor<K>, axis: number): Tensor<K> {
  const at = x.axis(axis)
  return reshape(
    x,
    x.shape.filter((_, i) => i !== at),
  )
}

/** Two neighbouring axes, `axis` and the next, as one. */
export function mergeAxes<K extends Kind>(x: Tensor<K>, axis: number): Tensor<K> {
  const at = x.axis(axis)
  const merged = mulDims(x.size(at), x.size(at + 1))
  return reshape(x, [...x.shape.slice(0, at), merged, ...x.shape.slice(at + 2)])
}

/** An operand as a tensor of the trace at hand: for weights where an op asks for a tensor. */
export function asTensor<K extends Kind>(place: Place, operand: Operand<K>, kind: K): Tensor<K> {
  return toTensor(traceAt(place), operand, kind)
}
