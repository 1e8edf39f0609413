import { RandomStream, siteOf } from '@dragoman/core'

/** One product [rows, inner] · [inner, columns]. */
export interface Product {
  readonly rows: number
  readonly inner: number
  readonly columns: number
  /** Whether the right side is a weight, which an engine may store as it likes and prepare once. */
  readonly isWeight: boolean
}

/** The product that `gemm-MxKxN` names: squares of two inputs; a layer, an RNN step and decode logits have a weight. */
export function productOf(workload: string): Product {
  const [rows, inner, columns] = workload.replace('gemm-', '').split('x').map(Number) as [
    number,
    number,
    number,
  ]
  return { rows, inner, columns, isWeight: rows !== columns }
}

/** The sides: uniform in ±1, the right one [inner, columns]. */
export function operandsOf({
  rows,
  inner,
  columns,
}: Product): Readonly<Record<'left' | 'right', Float32Array>> {
  return { left: signed('left', rows * inner), right: signed('right', inner * columns) }
}

function signed(name: string, count: number): Float32Array {
  const data = new Float32Array(count)
  new RandomStream(1).uniform(data, { step: 0, site: siteOf(name) })
  for (let i = 0; i < count; i++) data[i] = 2 * data[i]! - 1
  return data
}

/** [rows, columns] the other way round. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(data.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = data[row * columns + column]!
  return turned
}

/** Elements by which the products of two contestants are compared. */
export function sampleOf(product: ArrayLike<number>): number[] {
  return [0, 0.21, 0.5, 0.77, 1].map((part) => product[Math.floor(part * (product.length - 1))]!)
}

/** Floating-point operations of a product. */
export function operationsOf({ rows, inner, columns }: Product): number {
  return 2 * rows * inner * columns
}

/** Bytes of its right side. */
export function weightBytesOf({ inner, columns }: Product): number {
  return 4 * inner * columns
}
