// The gradient of attention: the weights of a block of queries are computed again, and used up at once.
import {
  ATTENTION_BATCH, ATTENTION_BIAS_BATCH, ATTENTION_GRAD_BIAS_ELEMENTS, ATTENTION_GRAD_D_BIAS,
  ATTENTION_GRAD_D_CONTEXT, ATTENTION_GRAD_D_CONTEXT_BATCH, ATTENTION_GRAD_D_KEY, ATTENTION_GRAD_D_KEY_BATCH,
  ATTENTION_GRAD_D_QUERY, ATTENTION_GRAD_D_QUERY_BATCH, ATTENTION_GRAD_D_VALUE, ATTENTION_GRAD_D_VALUE_BATCH,
  ATTENTION_GRAD_QUERY, ATTENTION_HEADS, ATTENTION_KEY, ATTENTION_KEY_BATCH, ATTENTION_KEY_HEADS,
  ATTENTION_QUERY, ATTENTION_QUERY_BATCH, ATTENTION_ROWS, ATTENTION_SCALE, ATTENTION_SCRATCH, ATTENTION_SOURCE,
  ATTENTION_TARGET, ATTENTION_VALUE, ATTENTION_VALUE_BATCH, ATTENTION_VALUE_WIDTH, ATTENTION_WIDTH, ERROR_OK,
} from './opcodes'
import {
  aligned, applyMask, bytes, columnStride, computeWeights, headAt, keyHead, realKeys, rowBytes, scoreRowAt, visibleKeys,
} from './attention'
import { product } from './matmul'
import { fillWords, loadTail, storeTail } from './memory'
import { sumOfRow } from './reduce'
import { dotOfRows, scaleAndShift } from './softmax'
import { isFirst, meet, ownScratch, partEnd, partStart } from './team'

/** Zeros in a matrix of one head. */
function clear(matrix: usize, row: usize, rows: i32, n: i32): void {
  for (let i = 0; i < rows; i++) fillWords(matrix + <usize>i * row, n, 0)
}

/** dBias[…] += the gradients of a row of scores, summed where the bias repeats. */
function addToBias(dBias: usize, stride: i32, line: usize, n: i32): void {
  if (!stride) {
    store<f32>(dBias, <f32>(<f64>load<f32>(dBias) + sumOfRow(line, n)))
    return
  }
  for (; n >= 4; n -= 4) {
    v128.store(dBias, f32x4.add(v128.load(dBias), v128.load(line)))
    dBias += 16
    line += 16
  }
  const zero = f32x4.splat(0)
  if (n > 0) storeTail(dBias, f32x4.add(loadTail(dBias, n, zero), loadTail(line, n, zero)), n)
}

/** line[i] = weight[i] · (line[i] - mean) · factor */
function gradientOfRow(line: usize, weight: usize, n: i32, mean: f32, factor: f32): void {
  const shift = f32x4.splat(mean)
  const scale = f32x4.splat(factor)
  for (; n >= 4; n -= 4) {
    const difference = f32x4.sub(v128.load(line), shift)
    v128.store(line, f32x4.mul(f32x4.mul(v128.load(weight), difference), scale))
    line += 16
    weight += 16
  }
  if (n > 0) {
    const difference = f32x4.sub(loadTail(line, n, shift), shift)
    storeTail(line, f32x4.mul(f32x4.mul(loadTail(weight, n, shift), difference), scale), n)
  }
}

/** From the gradients of weights to those of products, in place; the gradient of the bias is added up. */
function throughSoftmax(
  p: usize, q: usize, lines: usize, weights: usize, b: i32, h: i32, t: i32, rows: i32, columns: i32,
): void {
  const row = bytes(load<i32>(q, ATTENTION_SOURCE))
  const scale = load<f32>(q, ATTENTION_SCALE)
  const stride = columnStride(q + ATTENTION_BIAS_BATCH)
  for (let i = 0; i < rows; i++) {
    const line = lines + <usize>i * row
    const weight = weights + <usize>i * row
    const dBias = scoreRowAt(p + ATTENTION_GRAD_D_BIAS, q + ATTENTION_BIAS_BATCH, b, h, t + i)
    const mean = <f32>dotOfRows(weight, line, columns)
    gradientOfRow(line, weight, columns, mean, dBias ? 1 : scale)
    if (dBias) {
      addToBias(dBias, stride, line, columns)
      scaleAndShift(line, line, columns, scale, 0)
    }
  }
}

/** Queries t to t + rows - 1 of head h, which see at most `columns` keys. */
function gradientOfBlock(p: usize, q: usize, b: i32, h: i32, t: i32, rows: i32, columns: i32): void {
  const width = load<i32>(q, ATTENTION_WIDTH)
  const valueWidth = load<i32>(q, ATTENTION_VALUE_WIDTH)
  const row = bytes(load<i32>(q, ATTENTION_SOURCE))
  const shared = keyHead(q, h)
  const size = aligned(<usize>load<i32>(q, ATTENTION_ROWS) * row)
  const weights = ownScratch(load<u32>(q, ATTENTION_SCRATCH))
  const gradients = weights + size
  const scratch = gradients + size
  const contextRow = rowBytes(p + ATTENTION_GRAD_D_CONTEXT_BATCH)
  const queryRow = rowBytes(q + ATTENTION_QUERY_BATCH)
  const dQueryRow = rowBytes(p + ATTENTION_GRAD_D_QUERY_BATCH)
  const dContext =
    headAt(p + ATTENTION_GRAD_D_CONTEXT, p + ATTENTION_GRAD_D_CONTEXT_BATCH, b, h) + <usize>t * contextRow
  const query = headAt(q + ATTENTION_QUERY, q + ATTENTION_QUERY_BATCH, b, h) + <usize>t * queryRow
  const dQuery = headAt(p + ATTENTION_GRAD_D_QUERY, p + ATTENTION_GRAD_D_QUERY_BATCH, b, h) + <usize>t * dQueryRow
  const key = headAt(q + ATTENTION_KEY, q + ATTENTION_KEY_BATCH, b, shared)
  const value = headAt(q + ATTENTION_VALUE, q + ATTENTION_VALUE_BATCH, b, shared)
  const dKey = headAt(p + ATTENTION_GRAD_D_KEY, p + ATTENTION_GRAD_D_KEY_BATCH, b, shared)
  const dValue = headAt(p + ATTENTION_GRAD_D_VALUE, p + ATTENTION_GRAD_D_VALUE_BATCH, b, shared)
  computeWeights(q, weights, scratch, b, h, t, rows, columns)
  product(
    gradients, row, dContext, contextRow, false, value, rowBytes(q + ATTENTION_VALUE_BATCH), true,
    rows, valueWidth, columns, false, scratch,
  )
  applyMask(q, gradients, b, h, t, rows, columns)
  throughSoftmax(p, q, gradients, weights, b, h, t, rows, columns)
  applyMask(q, weights, b, h, t, rows, columns)
  product(
    dValue, rowBytes(p + ATTENTION_GRAD_D_VALUE_BATCH), weights, row, true, dContext, contextRow, false,
    columns, rows, valueWidth, true, scratch,
  )
  product(
    dQuery, dQueryRow, gradients, row, false, key, rowBytes(q + ATTENTION_KEY_BATCH), false,
    rows, columns, width, false, scratch,
  )
  product(
    dKey, rowBytes(p + ATTENTION_GRAD_D_KEY_BATCH), gradients, row, true, query, queryRow, false,
    columns, rows, width, true, scratch,
  )
}

/** How the pairs of a batch entry and a key head are divided among threads. */
const BY_PAIR: i32 = 0
const BY_HEAD: i32 = 1
const BY_BATCH: i32 = 2
const UNDIVIDED: i32 = 3

/** What the gradient of the bias adds up must stay with one thread. */
function divisionFor(q: usize, hasBiasGradient: bool): i32 {
  if (!hasBiasGradient) return BY_PAIR
  if (load<i32>(q + ATTENTION_BIAS_BATCH, 4) != 0) return BY_HEAD
  return load<i32>(q + ATTENTION_BIAS_BATCH) != 0 ? BY_BATCH : UNDIVIDED
}

@inline
function isMine(i: i32, n: i32): bool {
  return i >= partStart(n, 1) && i < partEnd(n, 1)
}

/** The gradients of one key head and of the heads that look at it. */
function gradientOfKeyHead(p: usize, q: usize, b: i32, shared: i32): void {
  const heads = load<i32>(q, ATTENTION_HEADS)
  const keyHeads = load<i32>(q, ATTENTION_KEY_HEADS)
  const target = load<i32>(q, ATTENTION_TARGET)
  const source = load<i32>(q, ATTENTION_SOURCE)
  const block = load<i32>(q, ATTENTION_ROWS)
  const dKeyStrides = p + ATTENTION_GRAD_D_KEY_BATCH
  const dValueStrides = p + ATTENTION_GRAD_D_VALUE_BATCH
  const dKey = headAt(p + ATTENTION_GRAD_D_KEY, dKeyStrides, b, shared)
  const dValue = headAt(p + ATTENTION_GRAD_D_VALUE, dValueStrides, b, shared)
  clear(dKey, rowBytes(dKeyStrides), source, load<i32>(q, ATTENTION_WIDTH))
  clear(dValue, rowBytes(dValueStrides), source, load<i32>(q, ATTENTION_VALUE_WIDTH))
  const last = ((shared + 1) * heads + keyHeads - 1) / keyHeads
  for (let h = (shared * heads + keyHeads - 1) / keyHeads; h < last; h++) {
    const keys = realKeys(q, b, h)
    for (let t = 0; t < target; t += block) {
      const rows = min(block, target - t)
      gradientOfBlock(p, q, b, h, t, rows, visibleKeys(q, t + rows - 1, keys))
    }
  }
}

export function attentionGrad(p: usize): i32 {
  const q = p + (ATTENTION_GRAD_QUERY - ATTENTION_QUERY)
  const keyHeads = load<i32>(q, ATTENTION_KEY_HEADS)
  const batch = load<i32>(q, ATTENTION_BATCH)
  const dBias = load<u32>(p, ATTENTION_GRAD_D_BIAS) as usize
  const division = divisionFor(q, dBias != 0)
  if (dBias) {
    if (isFirst()) fillWords(dBias, load<i32>(p, ATTENTION_GRAD_BIAS_ELEMENTS), 0)
    const code = meet()
    if (code) return code
  }
  for (let b = 0; b < batch; b++) {
    if (division == BY_BATCH && !isMine(b, batch)) continue
    if (division == UNDIVIDED && !isFirst()) continue
    for (let shared = 0; shared < keyHeads; shared++) {
      if (division == BY_HEAD && !isMine(shared, keyHeads)) continue
      if (division == BY_PAIR && !isMine(b * keyHeads + shared, batch * keyHeads)) continue
      gradientOfKeyHead(p, q, b, shared)
    }
  }
  return ERROR_OK
}
