// Softmax, log-softmax and cross-entropy over the last axis, with their gradients.
import {
  CROSS_ENTROPY_GRAD_D_LOGITS, CROSS_ENTROPY_GRAD_D_LOSS, CROSS_ENTROPY_GRAD_LABELS, CROSS_ENTROPY_GRAD_LOGITS,
  CROSS_ENTROPY_GRAD_N, CROSS_ENTROPY_GRAD_ROWS, CROSS_ENTROPY_GRAD_SMOOTHING, CROSS_ENTROPY_LABELS,
  CROSS_ENTROPY_LOGITS, CROSS_ENTROPY_LOSS, CROSS_ENTROPY_N, CROSS_ENTROPY_ROWS, CROSS_ENTROPY_SMOOTHING,
  ERROR_INDEX_OUT_OF_RANGE, ERROR_OK, LOG_SOFTMAX_GRAD_DST, LOG_SOFTMAX_GRAD_DY, LOG_SOFTMAX_GRAD_N,
  LOG_SOFTMAX_GRAD_ROWS, LOG_SOFTMAX_GRAD_Y, SOFTMAX_DST, SOFTMAX_GRAD_DST, SOFTMAX_GRAD_DY, SOFTMAX_GRAD_N,
  SOFTMAX_GRAD_ROWS, SOFTMAX_GRAD_Y, SOFTMAX_N, SOFTMAX_ROWS, SOFTMAX_SRC,
} from './opcodes'
import { isOutOfRange } from './indexing'
import { exp, logDouble } from './math'
import { fillWords, loadTail, loadUpTo4, storeTail, storeUpTo4, sumLanes } from './memory'
import { maxOfRow, sumOfRow } from './reduce'
import { partEnd, partStart } from './team'

/** Elements whose exponentials are added up in float before the sum goes to double. */
const CHUNK: i32 = 1024

@inline
function bytes(words: i32): usize {
  return (<usize>words) << 2
}

/** Sum of e^(src[i] - shift); the terms are also stored at dst unless it is 0. */
function sumExp(dst: usize, src: usize, n: i32, shift: f32): f64 {
  const minus = f32x4.splat(shift)
  let total: f64 = 0
  while (n > 0) {
    let sum = f32x4.splat(0)
    const end = src + bytes(min(n, CHUNK) & ~3)
    for (; src < end; src += 16) {
      const term = exp(f32x4.sub(v128.load(src), minus))
      sum = f32x4.add(sum, term)
      if (dst) {
        v128.store(dst, term)
        dst += 16
      }
    }
    if (n < CHUNK && (n & 3) != 0) {
      const last = loadTail(src, n & 3, minus)
      const term = exp(f32x4.sub(last, minus))
      const real = keepLanes(term, n & 3)
      sum = f32x4.add(sum, real)
      if (dst) storeUpTo4(dst, term, n & 3)
    }
    total += sumLanes(sum)
    n -= CHUNK
  }
  return total
}

/** The first `count` lanes, zeros in the others, whatever they hold. */
@inline
function keepLanes(v: v128, count: i32): v128 {
  return v128.and(v, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count)))
}

/** dst[i] = src[i] · scale + offset */
export function scaleAndShift(dst: usize, src: usize, n: i32, scale: f32, offset: f32): void {
  const factor = f32x4.splat(scale)
  const term = f32x4.splat(offset)
  for (; n >= 4; n -= 4) {
    v128.store(dst, f32x4.add(f32x4.mul(v128.load(src), factor), term))
    dst += 16
    src += 16
  }
  if (n > 0) storeTail(dst, f32x4.add(f32x4.mul(loadTail(src, n, factor), factor), term), n)
}

/** Softmax of one row whose largest value is `shift`; zeros when that is -Infinity. dst may be src. */
export function softmaxRow(dst: usize, src: usize, n: i32, shift: f32): void {
  if (shift == f32.NEGATIVE_INFINITY) fillWords(dst, n, 0)
  else {
    const sum = sumExp(dst, src, n, shift)
    scaleAndShift(dst, dst, n, <f32>(1 / sum), 0)
  }
}

export function softmax(p: usize): void {
  let dst = load<u32>(p, SOFTMAX_DST) as usize
  let src = load<u32>(p, SOFTMAX_SRC) as usize
  const n = load<i32>(p, SOFTMAX_N)
  const rows = load<i32>(p, SOFTMAX_ROWS)
  const first = partStart(rows, 1)
  dst += <usize>first * bytes(n)
  src += <usize>first * bytes(n)
  for (let row = partEnd(rows, 1) - first; row > 0; row--) {
    softmaxRow(dst, src, n, maxOfRow(src, n))
    dst += bytes(n)
    src += bytes(n)
  }
}

/** dst[i] = (src[i] - shift) - logSum */
function shiftTwice(dst: usize, src: usize, n: i32, shift: f32, logSum: f32): void {
  const first = f32x4.splat(shift)
  const second = f32x4.splat(logSum)
  for (; n > 0; n -= 4) {
    storeUpTo4(dst, f32x4.sub(f32x4.sub(loadUpTo4(src, n, first), first), second), n)
    dst += 16
    src += 16
  }
}

/** ln x of a sum that is at least 1, or NaN. */
@inline
function logOfSum(sum: f64): f64 {
  return sum == sum ? logDouble(sum) : sum
}

/** Argument offsets are those of softmax. */
export function logSoftmax(p: usize): void {
  let dst = load<u32>(p, SOFTMAX_DST) as usize
  let src = load<u32>(p, SOFTMAX_SRC) as usize
  const n = load<i32>(p, SOFTMAX_N)
  const rows = load<i32>(p, SOFTMAX_ROWS)
  const first = partStart(rows, 1)
  dst += <usize>first * bytes(n)
  src += <usize>first * bytes(n)
  for (let row = partEnd(rows, 1) - first; row > 0; row--) {
    const shift = maxOfRow(src, n)
    if (shift == f32.NEGATIVE_INFINITY) fillWords(dst, n, reinterpret<i32>(shift))
    else shiftTwice(dst, src, n, shift, <f32>logOfSum(sumExp(0, src, n, shift)))
    dst += bytes(n)
    src += bytes(n)
  }
}

/** Sum of a[i] · b[i]: chunks in float, their sums in double. */
export function dotOfRows(a: usize, b: usize, n: i32): f64 {
  let total: f64 = 0
  const zero = f32x4.splat(0)
  while (n > 0) {
    let sum = zero
    const end = a + bytes(min(n, CHUNK) & ~3)
    for (; a < end; a += 16) {
      sum = f32x4.add(sum, f32x4.mul(v128.load(a), v128.load(b)))
      b += 16
    }
    if (n < CHUNK && (n & 3) != 0) {
      sum = f32x4.add(sum, f32x4.mul(loadTail(a, n & 3, zero), loadTail(b, n & 3, zero)))
    }
    total += sumLanes(sum)
    n -= CHUNK
  }
  return total
}

export function softmaxGrad(p: usize): void {
  let dst = load<u32>(p, SOFTMAX_GRAD_DST) as usize
  let y = load<u32>(p, SOFTMAX_GRAD_Y) as usize
  let dy = load<u32>(p, SOFTMAX_GRAD_DY) as usize
  const n = load<i32>(p, SOFTMAX_GRAD_N)
  const rows = load<i32>(p, SOFTMAX_GRAD_ROWS)
  const first = partStart(rows, 1)
  dst += <usize>first * bytes(n)
  y += <usize>first * bytes(n)
  dy += <usize>first * bytes(n)
  for (let row = partEnd(rows, 1) - first; row > 0; row--) {
    const mean = f32x4.splat(<f32>dotOfRows(y, dy, n))
    for (let left = n; left > 0; left -= 4) {
      const difference = f32x4.sub(loadUpTo4(dy, left, mean), mean)
      storeUpTo4(dst, f32x4.mul(loadUpTo4(y, left, mean), difference), left)
      const step = bytes(min(left, 4))
      dst += step
      y += step
      dy += step
    }
  }
}

export function logSoftmaxGrad(p: usize): void {
  let dst = load<u32>(p, LOG_SOFTMAX_GRAD_DST) as usize
  let y = load<u32>(p, LOG_SOFTMAX_GRAD_Y) as usize
  let dy = load<u32>(p, LOG_SOFTMAX_GRAD_DY) as usize
  const n = load<i32>(p, LOG_SOFTMAX_GRAD_N)
  const rows = load<i32>(p, LOG_SOFTMAX_GRAD_ROWS)
  const first = partStart(rows, 1)
  dst += <usize>first * bytes(n)
  y += <usize>first * bytes(n)
  dy += <usize>first * bytes(n)
  for (let row = partEnd(rows, 1) - first; row > 0; row--) {
    const sum = f32x4.splat(<f32>sumOfRow(dy, n))
    for (let left = n; left > 0; left -= 4) {
      const part = f32x4.mul(exp(loadUpTo4(y, left, sum)), sum)
      storeUpTo4(dst, f32x4.sub(loadUpTo4(dy, left, sum), part), left)
      const step = bytes(min(left, 4))
      dst += step
      y += step
      dy += step
    }
  }
}

export function crossEntropy(p: usize): i32 {
  const loss = load<u32>(p, CROSS_ENTROPY_LOSS) as usize
  let logits = load<u32>(p, CROSS_ENTROPY_LOGITS) as usize
  const labels = load<u32>(p, CROSS_ENTROPY_LABELS) as usize
  const rows = load<i32>(p, CROSS_ENTROPY_ROWS)
  const n = load<i32>(p, CROSS_ENTROPY_N)
  const smoothing = load<f32>(p, CROSS_ENTROPY_SMOOTHING) as f64
  const first = partStart(rows, 1)
  const end = partEnd(rows, 1)
  logits += <usize>first * bytes(n)
  for (let row = first; row < end; row++) {
    const label = load<i32>(labels + bytes(row))
    if (isOutOfRange(label, n)) return ERROR_INDEX_OUT_OF_RANGE
    const largest = maxOfRow(logits, n)
    const wanted = load<f32>(logits + bytes(label)) as f64
    // A row of −Inf alone stays −Inf, as in log-softmax.
    const logTotal = largest == -Infinity ? 0 : <f64>largest + logOfSum(sumExp(0, logits, n, largest))
    let value = logTotal - (1 - smoothing) * wanted
    if (smoothing != 0) value -= (smoothing * sumOfRow(logits, n)) / n
    store<f32>(loss + bytes(row), <f32>value)
    logits += bytes(n)
  }
  return ERROR_OK
}

export function crossEntropyGrad(p: usize): i32 {
  let dst = load<u32>(p, CROSS_ENTROPY_GRAD_D_LOGITS) as usize
  let logits = load<u32>(p, CROSS_ENTROPY_GRAD_LOGITS) as usize
  const labels = load<u32>(p, CROSS_ENTROPY_GRAD_LABELS) as usize
  const dLoss = load<u32>(p, CROSS_ENTROPY_GRAD_D_LOSS) as usize
  const rows = load<i32>(p, CROSS_ENTROPY_GRAD_ROWS)
  const n = load<i32>(p, CROSS_ENTROPY_GRAD_N)
  const smoothing = load<f32>(p, CROSS_ENTROPY_GRAD_SMOOTHING) as f64
  const first = partStart(rows, 1)
  const end = partEnd(rows, 1)
  dst += <usize>first * bytes(n)
  logits += <usize>first * bytes(n)
  for (let row = first; row < end; row++) {
    const label = load<i32>(labels + bytes(row))
    if (isOutOfRange(label, n)) return ERROR_INDEX_OUT_OF_RANGE
    const weight = load<f32>(dLoss + bytes(row)) as f64
    if (weight == 0) fillWords(dst, n, 0)
    else {
      const largest = maxOfRow(logits, n)
      // The softmax of a row of −Inf alone is 0.
      const isMasked = largest == -Infinity
      const sum = sumExp(dst, logits, n, isMasked ? 0 : largest)
      scaleAndShift(dst, dst, n, <f32>(isMasked ? 0 : weight / sum), <f32>((-smoothing / n) * weight))
      const address = dst + bytes(label)
      store<f32>(address, <f32>(<f64>load<f32>(address) - (1 - smoothing) * weight))
    }
    dst += bytes(n)
    logits += bytes(n)
  }
  return ERROR_OK
}
