import { argumentOffsets, headerWords, matmulFlags } from '../plan/encoding.ts'
import { pointerAt, type Views } from './views.ts'

const at = argumentOffsets('matmul')

export interface MatrixProduct {
  readonly c: number
  readonly cRow: number
  readonly a: number
  /** Elements from a[i, p] to a[i + 1, p], and to a[i, p + 1]; b likewise from b[p, j]. */
  readonly aRow: number
  readonly aColumn: number
  readonly b: number
  readonly bRow: number
  readonly bColumn: number
  readonly m: number
  readonly k: number
  readonly n: number
  readonly accumulate: boolean
}

/** c (+)= a · b, summed in double. */
export function multiply(float: Float32Array, product: MatrixProduct): void {
  const { c, cRow, a, aRow, aColumn, b, bRow, bColumn, m, k, n, accumulate } = product
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? float[c + i * cRow + j]! : 0
      let left = a + i * aRow
      let right = b + j * bColumn
      for (let p = 0; p < k; p++) {
        sum += float[left]! * float[right]!
        left += aColumn
        right += bRow
      }
      float[c + i * cRow + j] = sum
    }
  }
}

export function matmul(views: Views, p: number): void {
  const arg = (name: keyof typeof at): number => views.int[p + at[name]]!
  const flags = arg('flags')
  const transposeA = (flags & matmulFlags.transposeA) !== 0
  const transposeB = (flags & matmulFlags.transposeB) !== 0
  const rank = arg('rank')
  const tail = p + headerWords('matmul')
  const shape = {
    cRow: arg('dstRow'),
    aRow: transposeA ? 1 : arg('aRow'),
    aColumn: transposeA ? arg('aRow') : 1,
    bRow: transposeB ? 1 : arg('bRow'),
    bColumn: transposeB ? arg('bRow') : 1,
    m: arg('m'),
    k: arg('k'),
    n: arg('n'),
    accumulate: (flags & matmulFlags.accumulate) !== 0,
  }
  const overBatch = (dim: number, c: number, a: number, b: number): void => {
    if (dim === rank) {
      multiply(views.float, { ...shape, c, a, b })
      return
    }
    const [size, dstStride, aStride, bStride] = [0, 1, 2, 3].map((row) => views.int[tail + row * rank + dim]!)
    for (let i = 0; i < size!; i++) overBatch(dim + 1, c + i * dstStride!, a + i * aStride!, b + i * bStride!)
  }
  overBatch(0, pointerAt(views, p + at.dst), pointerAt(views, p + at.a), pointerAt(views, p + at.b))
}
