import { countOf, type Elements, type Kernel, type Operand } from './elements.ts'
import { broadcastStrides, collect, offsetsOf, stridesOf } from './strided.ts'

/** Rows of the result that are summed at once, so that each row of the right operand is read less often. */
const blockRows = 4

/** Matrix product over the last two axes; the axes before them broadcast. */
export const matmul: Kernel<'matmul'> = ([left, right], { transposeA, transposeB }, output) => {
  const [M, N] = [output.shape.at(-2)!, output.shape.at(-1)!]
  const K = left!.shape.at(transposeA ? -2 : -1)!
  const a = straightened(left!, transposeA)
  const b = straightened(right!, transposeB)
  const batch = output.shape.slice(0, -2)
  const aStarts = matrixStarts(left!.shape.slice(0, -2), batch, M * K)
  const bStarts = matrixStarts(right!.shape.slice(0, -2), batch, K * N)
  const result = new Float64Array(countOf(output.shape))
  for (let i = 0; i < aStarts.length; i++) {
    const rowsA = a.subarray(aStarts[i]!, aStarts[i]! + M * K)
    const rowsB = b.subarray(bStarts[i]!, bStarts[i]! + K * N)
    multiply(rowsA, rowsB, result.subarray(i * M * N, (i + 1) * M * N), K, N)
  }
  return result
}

/** Matrices with their last two axes in the order in which matmul reads them. */
function straightened({ handle, shape }: Operand, transposed: boolean): Elements {
  if (!transposed) return handle
  const strides = stridesOf(shape)
  const swap = <T>(items: readonly T[]): T[] => [...items.slice(0, -2), items.at(-1)!, items.at(-2)!]
  return collect(handle, offsetsOf(swap(shape), swap(strides)))
}

/** Where the matrix of each batch entry begins in an operand whose batch axes broadcast to `batch`. */
function matrixStarts(own: readonly number[], batch: readonly number[], matrixSize: number): Int32Array {
  return offsetsOf(
    batch,
    broadcastStrides(own, batch).map((stride) => stride * matrixSize),
  )
}

/** c [M, N] = a [M, K] · b [K, N]; each element is summed in the order of k. */
function multiply(a: Elements, b: Elements, c: Float64Array, K: number, N: number): void {
  const M = N === 0 ? 0 : c.length / N
  for (let first = 0; first < M; first += blockRows) {
    const end = Math.min(first + blockRows, M)
    for (let k = 0; k < K; k++) {
      for (let m = first; m < end; m++) {
        const factor = a[m * K + k]!
        const [cRow, bRow] = [m * N, k * N]
        for (let n = 0; n < N; n++) c[cRow + n] = c[cRow + n]! + factor * b[bRow + n]!
      }
    }
  }
}
