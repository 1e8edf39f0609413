import { argumentOffsets } from '../plan/encoding.ts'
import { checkIndex, pointerAt, type Views } from './views.ts'

const softmaxAt = argumentOffsets('softmax')
const gradAt = argumentOffsets('softmaxGrad')
const lossAt = argumentOffsets('crossEntropy')
const lossGradAt = argumentOffsets('crossEntropyGrad')

function largest(row: Float32Array): number {
  return row.reduce((best, x) => Math.max(best, x), Number.NEGATIVE_INFINITY)
}

/** Sum of e^(x - shift). */
function sumExp(row: Float32Array, shift: number): number {
  return row.reduce((sum, x) => sum + Math.exp(x - shift), 0)
}

/** The rows of a [rows, n] matrix that starts at the pointer in word `at`. */
function rowsAt(views: Views, at: number, rows: number, n: number): Float32Array[] {
  const start = pointerAt(views, at)
  return Array.from({ length: rows }, (_, i) => views.float.subarray(start + i * n, start + (i + 1) * n))
}

/** Also log-softmax: its arguments lie in the same places. */
function overRows(
  views: Views,
  p: number,
  apply: (dst: Float32Array, src: Float32Array, shift: number, sum: number) => void,
  empty: number,
): void {
  const rows = views.int[p + softmaxAt.rows]!
  const n = views.int[p + softmaxAt.n]!
  const sources = rowsAt(views, p + softmaxAt.src, rows, n)
  rowsAt(views, p + softmaxAt.dst, rows, n).forEach((dst, i) => {
    const src = sources[i]!
    const shift = largest(src)
    if (shift === Number.NEGATIVE_INFINITY) dst.fill(empty)
    else apply(dst, src, shift, sumExp(src, shift))
  })
}

export function softmax(views: Views, p: number): void {
  const apply = (dst: Float32Array, src: Float32Array, shift: number, sum: number): void =>
    src.forEach((x, j) => {
      dst[j] = Math.exp(x - shift) / sum
    })
  overRows(views, p, apply, 0)
}

export function logSoftmax(views: Views, p: number): void {
  const apply = (dst: Float32Array, src: Float32Array, shift: number, sum: number): void =>
    src.forEach((x, j) => {
      dst[j] = x - shift - Math.log(sum)
    })
  overRows(views, p, apply, Number.NEGATIVE_INFINITY)
}

/** Both gradients have the same arguments; `weigh` gives what is summed, `combine` the result. */
function gradient(
  views: Views,
  p: number,
  weigh: (y: number, dy: number) => number,
  combine: (y: number, dy: number, sum: number) => number,
): void {
  const rows = views.int[p + gradAt.rows]!
  const n = views.int[p + gradAt.n]!
  const ys = rowsAt(views, p + gradAt.y, rows, n)
  const dys = rowsAt(views, p + gradAt.dy, rows, n)
  rowsAt(views, p + gradAt.dst, rows, n).forEach((dst, i) => {
    const y = ys[i]!
    const dy = dys[i]!
    const sum = y.reduce((total, value, j) => total + weigh(value, dy[j]!), 0)
    for (let j = 0; j < n; j++) dst[j] = combine(y[j]!, dy[j]!, sum)
  })
}

export function softmaxGrad(views: Views, p: number): void {
  gradient(
    views,
    p,
    (y, dy) => y * dy,
    (y, dy, sum) => y * (dy - sum),
  )
}

export function logSoftmaxGrad(views: Views, p: number): void {
  gradient(
    views,
    p,
    (_, dy) => dy,
    (y, dy, sum) => dy - Math.exp(y) * sum,
  )
}

export function crossEntropy(views: Views, p: number): void {
  const rows = views.int[p + lossAt.rows]!
  const n = views.int[p + lossAt.n]!
  const smoothing = views.float[p + lossAt.smoothing]!
  const loss = pointerAt(views, p + lossAt.loss)
  const labels = pointerAt(views, p + lossAt.labels)
  rowsAt(views, p + lossAt.logits, rows, n).forEach((row, i) => {
    const wanted = row[checkIndex(views.int[labels + i]!, n)]!
    const shift = largest(row)
    // A row of −Inf alone stays −Inf, as in log-softmax.
    const logTotal = shift === Number.NEGATIVE_INFINITY ? 0 : shift + Math.log(sumExp(row, shift))
    let value = logTotal - (1 - smoothing) * wanted
    if (smoothing !== 0) value -= (smoothing * row.reduce((sum, x) => sum + x, 0)) / n
    views.float[loss + i] = value
  })
}

export function crossEntropyGrad(views: Views, p: number): void {
  const rows = views.int[p + lossGradAt.rows]!
  const n = views.int[p + lossGradAt.n]!
  const smoothing = views.float[p + lossGradAt.smoothing]!
  const labels = pointerAt(views, p + lossGradAt.labels)
  const dLoss = pointerAt(views, p + lossGradAt.dLoss)
  const sources = rowsAt(views, p + lossGradAt.logits, rows, n)
  rowsAt(views, p + lossGradAt.dLogits, rows, n).forEach((dst, i) => {
    const label = checkIndex(views.int[labels + i]!, n)
    const weight = views.float[dLoss + i]!
    if (weight === 0) {
      dst.fill(0)
      return
    }
    const row = sources[i]!
    const shift = largest(row)
    const sum = sumExp(row, shift)
    row.forEach((x, j) => {
      const target = (j === label ? 1 - smoothing : 0) + smoothing / n
      // The softmax of a row of −Inf alone is 0.
      const power = shift === Number.NEGATIVE_INFINITY ? 0 : Math.exp(x - shift) / sum
      dst[j] = (power - target) * weight
    })
  })
}
