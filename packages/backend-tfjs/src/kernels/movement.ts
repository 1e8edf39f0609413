import { countOf } from '../device.ts'
import { mostAxes } from '../merged-axes.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import type { Kernel, KernelsOf } from './kernel.ts'
import { sliced } from './slice.ts'

/** Kernels that make or move elements and compute nothing. */
export function movement(
  ops: Ops,
): KernelsOf<
  'constant' | 'iota' | 'reshape' | 'transpose' | 'broadcast' | 'slice' | 'pad' | 'concat' | 'flip'
> {
  return {
    constant: (_, { data }, { kind, shape }) => ops.device.tensor(data, shape, kind),
    iota: (_, { axis }, { shape }) => {
      const size = shape[axis]!
      const inner = countOf(shape.slice(axis + 1))
      const data = Int32Array.from({ length: countOf(shape) }, (_entry, i) => Math.floor(i / inner) % size)
      return ops.device.tensor(data, shape, 'int')
    },
    reshape: ([x], { shape }) => ops.share(x!.handle, shape),
    transpose: ([x], { permutation }) => transposed(ops, x!.handle, permutation),
    broadcast: ([x], { shape }) => ops.broadcast(x!.handle, shape),
    slice: ([x], { starts, sizes }) => sliced(ops, x!.handle, starts, sizes),
    pad: padWith(ops),
    concat: (parts, { axis }, { shape }) =>
      concatenated(
        ops,
        parts.map(({ handle }) => handle),
        axis,
        shape,
      ),
    flip: ([x], { axes }) => flipped(ops, x!.handle, axes),
  }
}

/** Axes that stay neighbours move as one, and those of size 1 not at all, which keeps the rank small. */
function transposed(ops: Ops, x: TfTensor, permutation: readonly number[]): TfTensor {
  const groups: number[][] = []
  const moved = permutation.filter((axis) => x.shape[axis] !== 1)
  const isNext = (axis: number, other: number) =>
    axis < other && x.shape.slice(axis + 1, other).every((size) => size === 1)
  for (const axis of moved) {
    const last = groups.at(-1)
    if (last && isNext(last.at(-1)!, axis)) last.push(axis)
    else groups.push([axis])
  }
  const sorted = [...groups].sort((a, b) => a[0]! - b[0]!)
  const merged = sorted.map((axes) => axes.reduce((product, axis) => product * x.shape[axis]!, 1))
  const order = groups.map((axes) => sorted.indexOf(axes))
  if (order.length < 2) return x
  return reordered(ops, ops.reshape(x, merged), order)
}

/** Where the axes are many, one after another goes to its place. */
function reordered(ops: Ops, x: TfTensor, order: readonly number[]): TfTensor {
  if (order.length <= mostAxes) return ops.transpose(x, order)
  const axes = order.map((_, axis) => axis)
  let done = x
  order.forEach((axis, place) => {
    const from = axes.indexOf(axis)
    if (from === place) return
    const sizes = axes.map((each) => x.shape[each]!)
    const parts = [sizes.slice(0, place), sizes.slice(place, from), [sizes[from]!], sizes.slice(from + 1)]
    done = ops.transpose(ops.reshape(done, parts.map(countOf)), [0, 2, 1, 3])
    axes.splice(place, 0, ...axes.splice(from, 1))
  })
  return done
}

function padWith(ops: Ops): Kernel<'pad'> {
  return ([x], { low, high, value }, { kind, shape }) => {
    const { handle } = x!
    if (countOf(handle.shape) === 0) return ops.fill(shape, value, kind)
    const borders: Border[] = []
    low.forEach((before, axis) => {
      const [size, after, last] = [handle.shape[axis]!, high[axis]!, borders.at(-1)]
      if (last && before === 0 && after === 0) borders[borders.length - 1] = widened(last, size)
      else borders.push({ size, before, after })
    })
    return ops.reshape(padded(ops, handle, borders, value), shape)
  }
}

/** Of an axis with those behind it that are not padded: its entries, and how many come before and after them. */
interface Border {
  readonly size: number
  readonly before: number
  readonly after: number
}

const widened = ({ size, before, after }: Border, by: number): Border => ({
  size: size * by,
  before: before * by,
  after: after * by,
})

/** x with its borders; where the axes are many, the last ones first. */
function padded(ops: Ops, x: TfTensor, borders: readonly Border[], value: number): TfTensor {
  if (borders.length <= mostAxes) {
    const paddings = borders.map(({ before, after }) => [before, after])
    const given = ops.reshape(
      x,
      borders.map(({ size }) => size),
    )
    return ops.device.launch('PadV2', { x: given }, { paddings, constantValue: value })
  }
  const cut = borders.length - mostAxes + 1
  const [outer, inner] = [borders.slice(0, cut), borders.slice(cut)]
  const rows = countOf(outer.map(({ size }) => size))
  const done = padded(ops, x, [{ size: rows, before: 0, after: 0 }, ...inner], value)
  const width = countOf(inner.map(({ size, before, after }) => before + size + after))
  return padded(ops, done, [...outer.slice(0, -1), widened(outer.at(-1)!, width)], value)
}

/** Parts as rows: the axis and all behind it are one. */
function concatenated(
  ops: Ops,
  parts: readonly TfTensor[],
  axis: number,
  shape: readonly number[],
): TfTensor {
  const outer = countOf(shape.slice(0, axis))
  const inner = countOf(shape.slice(axis + 1))
  const rows = parts
    .filter((part) => countOf(part.shape) > 0)
    .map((part) => ops.reshape(part, [outer, part.shape[axis]! * inner]))
  return rows.length === 1 ? rows[0]! : ops.concat(rows, 1)
}

/** Reverse of the wasm backend is wrong for bools, and that of webgl has at most four axes. */
function flipped(ops: Ops, x: TfTensor, axes: readonly number[]): TfTensor {
  if (axes.length === 0) return x
  const isBool = x.dtype === 'bool'
  const merged: number[] = []
  const dims: number[] = []
  x.shape.forEach((size, axis) => {
    if (axes.includes(axis)) dims.push(merged.push(size) - 1)
    else if (merged.length === 0 || dims.at(-1) === merged.length - 1) merged.push(size)
    else merged[merged.length - 1]! *= size
  })
  const given = ops.reshape(isBool ? ops.cast(x, 'float') : x, merged)
  const reversed = merged.length <= mostAxes ? reverse(ops, given, dims) : reversedInTurn(ops, given, dims)
  return isBool ? ops.binary('NotEqual', reversed, ops.scalar(0)) : reversed
}

function reverse(ops: Ops, x: TfTensor, dims: readonly number[]): TfTensor {
  return ops.device.launch('Reverse', { x }, { dims: [...dims] })
}

/** One axis after another, each as the middle one of three. */
function reversedInTurn(ops: Ops, x: TfTensor, dims: readonly number[]): TfTensor {
  return dims.reduce((done, axis) => {
    const parts = [x.shape.slice(0, axis), [x.shape[axis]!], x.shape.slice(axis + 1)]
    return reverse(ops, ops.reshape(done, parts.map(countOf)), [1])
  }, x)
}
