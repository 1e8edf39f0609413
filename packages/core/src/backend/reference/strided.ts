import type { Elements } from './elements.ts'

/** Distance between neighbours along each axis of a row-major array. */
export function stridesOf(shape: readonly number[]): number[] {
  let stride = 1
  return shape
    .map((_, i) => {
      const axis = shape.length - 1 - i
      const own = stride
      stride *= shape[axis]!
      return own
    })
    .reverse()
}

/** Strides that read an array of `shape` as one of `target`, which it broadcasts to. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const strides = stridesOf(shape)
  const offset = target.length - shape.length
  return target.map((_, axis) => (axis < offset || shape[axis - offset] === 1 ? 0 : strides[axis - offset]!))
}

/** Where each element of `shape`, in row-major order, lies in an array with these strides. */
export function offsetsOf(shape: readonly number[], strides: readonly number[], start = 0): Int32Array {
  let offsets = Int32Array.of(start)
  shape.forEach((size, axis) => {
    const stride = strides[axis]!
    const next = new Int32Array(offsets.length * size)
    let at = 0
    for (const offset of offsets) for (let i = 0; i < size; i++) next[at++] = offset + i * stride
    offsets = next
  })
  return offsets
}

/** The elements of x at these offsets. */
export function collect(x: Elements, offsets: Int32Array): Elements {
  const result = new (x.constructor as new (count: number) => Elements)(offsets.length)
  for (let i = 0; i < offsets.length; i++) result[i] = x[offsets[i]!]!
  return result
}

/** Writes x into `target` at these offsets. */
export function place(target: Elements, offsets: Int32Array, x: Elements): void {
  for (let i = 0; i < offsets.length; i++) target[offsets[i]!] = x[i]!
}

/** x of `shape` as an array of `target`, which it broadcasts to; x itself where the shapes agree. */
export function broadcastTo(x: Elements, shape: readonly number[], target: readonly number[]): Elements {
  const isSame = shape.length === target.length && shape.every((size, axis) => size === target[axis])
  return isSame ? x : collect(x, offsetsOf(target, broadcastStrides(shape, target)))
}
