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

/** The first `size` entries of axis 1. */
export function cutColumns({ kind, shape, data }: HostArray, size: number): HostArray {
  const [rows, columns, ...rest] = shape as [number, number, ...number[]]
  const width = countOf(rest)
  const kept: number[] = []
  for (let row = 0; row < rows; row++) {
    kept.push(...data.subarray(row * columns * width, (row * columns + size) * width))
  }
  return arrayOf(kind, [rows, size, ...rest], kept)
}
