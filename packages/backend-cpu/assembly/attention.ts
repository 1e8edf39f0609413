// Scaled dot-product attention, a block of queries of one head at a time, and what its gradient shares with it. The
// arguments of both stand in the same order, so what reads them takes the place `q` from which ATTENTION_… counts.
import {
  ATTENTION_BATCH, ATTENTION_BIAS, ATTENTION_BIAS_BATCH, ATTENTION_CAUSAL, ATTENTION_CONTEXT,
  ATTENTION_CONTEXT_BATCH, ATTENTION_HEADS, ATTENTION_IS_ALLOWED, ATTENTION_IS_ALLOWED_BATCH, ATTENTION_KEY,
  ATTENTION_KEY_BATCH, ATTENTION_KEY_HEADS, ATTENTION_MASK, ATTENTION_MASK_BATCH, ATTENTION_QUERY,
  ATTENTION_QUERY_BATCH, ATTENTION_ROWS, ATTENTION_SCALE, ATTENTION_SCRATCH, ATTENTION_SOURCE, ATTENTION_TARGET,
  ATTENTION_VALUE, ATTENTION_VALUE_BATCH, ATTENTION_VALUE_WIDTH, ATTENTION_WIDTH,
} from './opcodes'
import { product } from './matmul'
import { fillWords, loadTail, storeTail } from './memory'
import { softmaxRow } from './softmax'
import { ownScratch, partEnd, partStart } from './team'

@inline
export function bytes(words: i32): usize {
  return (<usize>words) << 2
}

/** The matrix of one head: its pointer and strides stand at the two addresses. */
@inline
export function headAt(pointer: usize, strides: usize, b: i32, h: i32): usize {
  return <usize>load<u32>(pointer) + bytes(b * load<i32>(strides) + h * load<i32>(strides, 4))
}

/** Bytes between the rows of a matrix that headAt finds. */
@inline
export function rowBytes(strides: usize): usize {
  return bytes(load<i32>(strides, 8))
}

/** The row of an operand that repeats to the scores; 0 when the operand is missing. */
@inline
export function scoreRowAt(pointer: usize, strides: usize, b: i32, h: i32, t: i32): usize {
  if (load<u32>(pointer) == 0) return 0
  return headAt(pointer, strides, b, h) + <usize>t * rowBytes(strides)
}

/** Elements from one column of such a row to the next: 1, or 0 where it repeats. */
@inline
export function columnStride(strides: usize): i32 {
  return load<i32>(strides, 12)
}

/** The keys up to the last that a head may look at: padding that one row of the mask tells costs nothing. */
export function realKeys(q: usize, b: i32, h: i32): i32 {
  const strides = q + ATTENTION_IS_ALLOWED_BATCH
  let count = load<i32>(q, ATTENTION_SOURCE)
  const allowed = scoreRowAt(q + ATTENTION_IS_ALLOWED, strides, b, h, 0)
  if (allowed == 0 || rowBytes(strides) != 0 || columnStride(strides) != 1) return count
  while (count > 0 && load<i32>(allowed + bytes(count - 1)) == 0) count--
  return count
}

/** How many of the first `keys` keys query t sees. */
@inline
export function visibleKeys(q: usize, t: i32, keys: i32): i32 {
  if (!load<i32>(q, ATTENTION_CAUSAL)) return keys
  return min(keys, max(0, t + 1 + load<i32>(q, ATTENTION_SOURCE) - load<i32>(q, ATTENTION_TARGET)))
}

/** Four columns of a row that may repeat. */
@inline
function loadColumns(src: usize, stride: i32): v128 {
  return stride ? v128.load(src) : v128.load32_splat(src)
}

/** The last one to three columns. */
@inline
function loadLastColumns(src: usize, stride: i32, count: i32): v128 {
  return stride ? loadTail(src, count, f32x4.splat(0)) : v128.load32_splat(src)
}

@inline
function hideUnless(allowed: v128, score: v128): v128 {
  return v128.bitselect(score, f32x4.splat(f32.NEGATIVE_INFINITY), i32x4.ne(allowed, i32x4.splat(0)))
}

/** From products to scores: scaled, with the bias, -Infinity where the query may not look; gives the largest. */
function finishScores(q: usize, line: usize, n: i32, allowed: usize, bias: usize): f32 {
  const scale = f32x4.splat(load<f32>(q, ATTENTION_SCALE))
  const allowedStride = columnStride(q + ATTENTION_IS_ALLOWED_BATCH)
  const biasStride = columnStride(q + ATTENTION_BIAS_BATCH)
  let largest = f32x4.splat(f32.NEGATIVE_INFINITY)
  for (; n >= 4; n -= 4) {
    let score = f32x4.mul(v128.load(line), scale)
    if (bias) {
      score = f32x4.add(score, loadColumns(bias, biasStride))
      bias += bytes(4 * biasStride)
    }
    if (allowed) {
      score = hideUnless(loadColumns(allowed, allowedStride), score)
      allowed += bytes(4 * allowedStride)
    }
    v128.store(line, score)
    largest = f32x4.max(largest, score)
    line += 16
  }
  if (n > 0) {
    let score = f32x4.mul(loadTail(line, n, f32x4.splat(0)), scale)
    if (bias) score = f32x4.add(score, loadLastColumns(bias, biasStride, n))
    if (allowed) score = hideUnless(loadLastColumns(allowed, allowedStride, n), score)
    storeTail(line, score, n)
    largest = f32x4.max(largest, loadTail(line, n, largest))
  }
  largest = f32x4.max(largest, i32x4.shuffle(largest, largest, 2, 3, 0, 1))
  return f32x4.extract_lane(f32x4.max(largest, i32x4.shuffle(largest, largest, 1, 0, 3, 2)), 0)
}

/** Weights of `rows` queries from t on for the first `columns` keys, without the mask. */
export function computeWeights(
  q: usize, weights: usize, scratch: usize, b: i32, h: i32, t: i32, rows: i32, columns: i32,
): void {
  const row = bytes(load<i32>(q, ATTENTION_SOURCE))
  const queryRow = rowBytes(q + ATTENTION_QUERY_BATCH)
  const query = headAt(q + ATTENTION_QUERY, q + ATTENTION_QUERY_BATCH, b, h) + <usize>t * queryRow
  const key = headAt(q + ATTENTION_KEY, q + ATTENTION_KEY_BATCH, b, keyHead(q, h))
  product(
    weights, row, query, queryRow, false, key, rowBytes(q + ATTENTION_KEY_BATCH), true,
    rows, load<i32>(q, ATTENTION_WIDTH), columns, false, scratch,
  )
  for (let i = 0; i < rows; i++) {
    const line = weights + <usize>i * row
    const visible = visibleKeys(q, t + i, columns)
    const largest = finishScores(
      q, line, visible,
      scoreRowAt(q + ATTENTION_IS_ALLOWED, q + ATTENTION_IS_ALLOWED_BATCH, b, h, t + i),
      scoreRowAt(q + ATTENTION_BIAS, q + ATTENTION_BIAS_BATCH, b, h, t + i),
    )
    softmaxRow(line, line, visible, largest)
    fillWords(line + bytes(visible), columns - visible, 0)
  }
}

@inline
export function keyHead(q: usize, h: i32): i32 {
  return (h * load<i32>(q, ATTENTION_KEY_HEADS)) / load<i32>(q, ATTENTION_HEADS)
}

/** Multiplies `rows` rows by the dropout mask, if there is one. */
export function applyMask(q: usize, lines: usize, b: i32, h: i32, t: i32, rows: i32, columns: i32): void {
  if (load<u32>(q, ATTENTION_MASK) == 0) return
  const row = bytes(load<i32>(q, ATTENTION_SOURCE))
  const stride = columnStride(q + ATTENTION_MASK_BATCH)
  for (let i = 0; i < rows; i++) {
    let line = lines + <usize>i * row
    let mask = scoreRowAt(q + ATTENTION_MASK, q + ATTENTION_MASK_BATCH, b, h, t + i)
    let left = columns
    for (; left >= 4; left -= 4) {
      v128.store(line, f32x4.mul(v128.load(line), loadColumns(mask, stride)))
      line += 16
      mask += bytes(4 * stride)
    }
    if (left > 0) {
      const last = f32x4.mul(loadTail(line, left, f32x4.splat(0)), loadLastColumns(mask, stride, left))
      storeTail(line, last, left)
    }
  }
}

@inline
export function aligned(size: usize): usize {
  return (size + 15) & ~15
}

export function attention(q: usize): void {
  const heads = load<i32>(q, ATTENTION_HEADS)
  const target = load<i32>(q, ATTENTION_TARGET)
  const source = load<i32>(q, ATTENTION_SOURCE)
  const block = load<i32>(q, ATTENTION_ROWS)
  const contextRow = rowBytes(q + ATTENTION_CONTEXT_BATCH)
  const weights = ownScratch(load<u32>(q, ATTENTION_SCRATCH))
  const scratch = weights + aligned(bytes(block * source))
  const all = load<i32>(q, ATTENTION_BATCH) * heads
  const last = partEnd(all, 1)
  for (let each = partStart(all, 1); each < last; each++) {
    const b = each / heads
    const h = each % heads
    const value = headAt(q + ATTENTION_VALUE, q + ATTENTION_VALUE_BATCH, b, keyHead(q, h))
    const context = headAt(q + ATTENTION_CONTEXT, q + ATTENTION_CONTEXT_BATCH, b, h)
    const keys = realKeys(q, b, h)
    for (let t = 0; t < target; t += block) {
      const rows = min(block, target - t)
      const columns = visibleKeys(q, t + rows - 1, keys)
      computeWeights(q, weights, scratch, b, h, t, rows, columns)
      applyMask(q, weights, b, h, t, rows, columns)
      product(
        context + <usize>t * contextRow, contextRow, weights, bytes(source), false,
        value, rowBytes(q + ATTENTION_VALUE_BATCH), false,
        rows, columns, load<i32>(q, ATTENTION_VALUE_WIDTH), false, scratch,
      )
    }
  }
}
