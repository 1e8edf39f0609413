import { allocate, countOf, type Kernel, type KernelsOf, zerosOf } from './elements.ts'
import { broadcastTo, collect, offsetsOf, place, stridesOf } from './strided.ts'

const constant: Kernel<'constant'> = (_, { kind, data }) => {
  const result = zerosOf(kind, data.length)
  result.set(data)
  return result
}

const iota: Kernel<'iota'> = (_, { shape, axis }) => {
  const strides = shape.map((_size, i) => (i === axis ? 1 : 0))
  return offsetsOf(shape, strides)
}

/** Kernels never change an operand, so the elements can be shared. */
const reshape: Kernel<'reshape'> = ([x]) => x!.handle

const transpose: Kernel<'transpose'> = ([x], { permutation }, output) => {
  const strides = stridesOf(x!.shape)
  const permuted = permutation.map((axis) => strides[axis]!)
  return collect(x!.handle, offsetsOf(output.shape, permuted))
}

const broadcast: Kernel<'broadcast'> = ([x], { shape }) => broadcastTo(x!.handle, x!.shape, shape)

const slice: Kernel<'slice'> = ([x], { starts, sizes }) => {
  const strides = stridesOf(x!.shape)
  return collect(x!.handle, offsetsOf(sizes, strides, offsetAt(starts, strides)))
}

const pad: Kernel<'pad'> = ([x], { low, value }, output) => {
  const strides = stridesOf(output.shape)
  const result = allocate(output).fill(value)
  place(result, offsetsOf(x!.shape, strides, offsetAt(low, strides)), x!.handle)
  return result
}

const concat: Kernel<'concat'> = (parts, { axis }, output) => {
  const strides = stridesOf(output.shape)
  const result = allocate(output)
  let start = 0
  for (const { handle, shape } of parts) {
    place(result, offsetsOf(shape, strides, start * strides[axis]!), handle)
    start += shape[axis]!
  }
  return result
}

const flip: Kernel<'flip'> = ([x], { axes }, output) => {
  const strides = stridesOf(x!.shape)
  const isFlipped = (axis: number) => axes.includes(axis)
  const last = output.shape.map((size, axis) => (isFlipped(axis) ? size - 1 : 0))
  const signed = strides.map((stride, axis) => (isFlipped(axis) ? -stride : stride))
  return countOf(output.shape) === 0
    ? allocate(output)
    : collect(x!.handle, offsetsOf(output.shape, signed, offsetAt(last, strides)))
}

/** Offset of the element at this position. */
export function offsetAt(position: readonly number[], strides: readonly number[]): number {
  return position.reduce((sum, index, axis) => sum + index * strides[axis]!, 0)
}

/** Kernels that make or move elements and compute nothing. */
export const movement: KernelsOf<
  'constant' | 'iota' | 'reshape' | 'transpose' | 'broadcast' | 'slice' | 'pad' | 'concat' | 'flip'
> = {
  constant,
  iota,
  reshape,
  transpose,
  broadcast,
  slice,
  pad,
  concat,
  flip,
}
