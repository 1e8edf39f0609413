import type { HostArray, Kind } from '@dragoman/core'

/** Host arrays by the names of a graph's inputs or outputs. */
export type Arrays = Readonly<Record<string, HostArray>>

/** A float array in float64, so that the reference rounds nothing. */
export function floats(shape: readonly number[], data: ArrayLike<number>): HostArray {
  return { kind: 'float', shape, data: Float64Array.from(data) }
}

/** A scalar. */
export function scalar(value: number): HostArray {
  return floats([], [value])
}

/** An int array. */
export function ints(shape: readonly number[], data: ArrayLike<number>): HostArray {
  return { kind: 'int', shape, data: Int32Array.from(data) }
}

/** A bool array; 1 is true. */
export function bools(shape: readonly number[], data: ArrayLike<number>): HostArray {
  return { kind: 'bool', shape, data: Uint8Array.from(data) }
}

/** An array of any kind. */
export function arrayOf(kind: Kind, shape: readonly number[], data: ArrayLike<number>): HostArray {
  return kind === 'float' ? floats(shape, data) : kind === 'int' ? ints(shape, data) : bools(shape, data)
}

/** Number of elements of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Entries of axis 0 in the given order. */
export function takeRows({ kind, shape, data }: HostArray, rows: readonly number[]): HostArray {
  const width = countOf(shape.slice(1))
  const taken = rows.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)])
  return arrayOf(kind, [rows.length, ...shape.slice(1)], taken)
}

/** The first `size` entries of an axis. */
export function cutAxis({ kind, shape, data }: HostArray, axis: number, size: number): HostArray {
  const width = countOf(shape.slice(axis + 1))
  const length = shape[axis]! * width
  const kept: number[] = []
  for (let from = 0; from < data.length; from += length) {
    kept.push(...data.subarray(from, from + size * width))
  }
  return arrayOf(kind, shape.with(axis, size), kept)
}

/** One entry of an axis, without the axis. */
export function entryOf({ kind, shape, data }: HostArray, axis: number, index: number): HostArray {
  const width = countOf(shape.slice(axis + 1))
  const length = shape[axis]! * width
  const taken: number[] = []
  for (let from = index * width; from < data.length; from += length) {
    taken.push(...data.subarray(from, from + width))
  }
  return arrayOf(kind, shape.toSpliced(axis, 1), taken)
}
