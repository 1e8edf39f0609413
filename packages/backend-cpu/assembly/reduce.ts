// Sums, maxima and minima over the middle axis of [outer, n, inner], and the index of the largest.
import {
  ARGMAX_DST, ARGMAX_INNER, ARGMAX_N, ARGMAX_OUTER, ARGMAX_SRC, ERROR_BAD_INSTRUCTION, ERROR_OK, REDUCE_DST,
  REDUCE_INNER, REDUCE_INT_MAX, REDUCE_INT_MIN, REDUCE_INT_SUM, REDUCE_KIND, REDUCE_MAX, REDUCE_MIN, REDUCE_N,
  REDUCE_OUTER, REDUCE_SRC, REDUCE_SUM,
} from './opcodes'
import { fillWords, loadTail, loadUpTo4, storeUpTo4 } from './memory'
import { partEnd, partStart, sharers } from './team'

@final class FloatSum {
  @inline identity(): v128 { return f32x4.splat(0) }
  @inline combine(a: v128, b: v128): v128 { return f32x4.add(a, b) }
}
@final class FloatMax {
  @inline identity(): v128 { return f32x4.splat(f32.NEGATIVE_INFINITY) }
  @inline combine(a: v128, b: v128): v128 { return f32x4.max(a, b) }
}
@final class FloatMin {
  @inline identity(): v128 { return f32x4.splat(f32.POSITIVE_INFINITY) }
  @inline combine(a: v128, b: v128): v128 { return f32x4.min(a, b) }
}
@final class IntSum {
  @inline identity(): v128 { return i32x4.splat(0) }
  @inline combine(a: v128, b: v128): v128 { return i32x4.add(a, b) }
}
@final class IntMax {
  @inline identity(): v128 { return i32x4.splat(i32.MIN_VALUE) }
  @inline combine(a: v128, b: v128): v128 { return i32x4.max_s(a, b) }
}
@final class IntMin {
  @inline identity(): v128 { return i32x4.splat(i32.MAX_VALUE) }
  @inline combine(a: v128, b: v128): v128 { return i32x4.min_s(a, b) }
}

/** Elements that are added up in float before their sum goes to a wider or outer accumulator. */
const CHUNK: i32 = 1024
/** Rows that are combined in one register before it goes to the next: for the precision of sums. */
const ROW_CHUNK: i32 = 64
/** Rows whose chunks are combined in registers before they go to dst. */
const ROW_BLOCK: i32 = 4096

/** The four lanes hold partial results of n contiguous elements. */
@inline
function combineRow<T>(src: usize, n: i32): v128 {
  const op = changetype<T>(0)
  let r0 = op.identity()
  let r1 = r0
  let r2 = r0
  let r3 = r0
  for (; n >= 16; n -= 16) {
    r0 = op.combine(r0, v128.load(src))
    r1 = op.combine(r1, v128.load(src, 16))
    r2 = op.combine(r2, v128.load(src, 32))
    r3 = op.combine(r3, v128.load(src, 48))
    src += 64
  }
  for (; n >= 4; n -= 4) {
    r0 = op.combine(r0, v128.load(src))
    src += 16
  }
  if (n > 0) r1 = op.combine(r1, loadTail(src, n, op.identity()))
  return op.combine(op.combine(r0, r1), op.combine(r2, r3))
}

@inline
function combineLanes<T>(v: v128): i32 {
  const op = changetype<T>(0)
  v = op.combine(v, i32x4.shuffle(v, v, 2, 3, 0, 1))
  return i32x4.extract_lane(op.combine(v, i32x4.shuffle(v, v, 1, 0, 3, 2)), 0)
}

/** The largest of n floats; NaN when there is one; -Infinity of none. */
export function maxOfRow(src: usize, n: i32): f32 {
  return reinterpret<f32>(combineLanes<FloatMax>(combineRow<FloatMax>(src, n)))
}

/** Sum of n floats: chunks in float, their sums in double. */
export function sumOfRow(src: usize, n: i32): f64 {
  let total: f64 = 0
  for (; n > CHUNK; n -= CHUNK) {
    total += reinterpret<f32>(combineLanes<FloatSum>(combineRow<FloatSum>(src, CHUNK)))
    src += CHUNK << 2
  }
  return total + reinterpret<f32>(combineLanes<FloatSum>(combineRow<FloatSum>(src, n)))
}

function reduceRows<T>(dst: usize, src: usize, outer: i32, n: i32): void {
  for (; outer > 0; outer--) {
    if (idof<T>() == idof<FloatSum>()) store<f32>(dst, <f32>sumOfRow(src, n))
    else store<i32>(dst, combineLanes<T>(combineRow<T>(src, n)))
    dst += 4
    src += (<usize>n) << 2
  }
}

/** to[0…15] with `rows` rows of sixteen columns, a cache line each. */
@inline
function combineLine<T>(to: usize, src: usize, rows: i32, row: usize): void {
  const op = changetype<T>(0)
  let s0 = v128.load(to)
  let s1 = v128.load(to, 16)
  let s2 = v128.load(to, 32)
  let s3 = v128.load(to, 48)
  for (; rows > 0; rows -= ROW_CHUNK) {
    let r0 = op.identity()
    let r1 = r0
    let r2 = r0
    let r3 = r0
    for (let i = min(rows, ROW_CHUNK); i > 0; i--) {
      r0 = op.combine(r0, v128.load(src))
      r1 = op.combine(r1, v128.load(src, 16))
      r2 = op.combine(r2, v128.load(src, 32))
      r3 = op.combine(r3, v128.load(src, 48))
      src += row
    }
    s0 = op.combine(s0, r0)
    s1 = op.combine(s1, r1)
    s2 = op.combine(s2, r2)
    s3 = op.combine(s3, r3)
  }
  v128.store(to, s0)
  v128.store(to, s1, 16)
  v128.store(to, s2, 32)
  v128.store(to, s3, 48)
}

/** As combineLine, for four columns, of which the first `count` are real. */
@inline
function combineColumns<T>(to: usize, src: usize, rows: i32, row: usize, count: i32): void {
  const op = changetype<T>(0)
  let sum = loadUpTo4(to, count, op.identity())
  for (; rows > 0; rows -= ROW_CHUNK) {
    let part = op.identity()
    for (let i = min(rows, ROW_CHUNK); i > 0; i--) {
      part = op.combine(part, loadUpTo4(src, count, op.identity()))
      src += row
    }
    sum = op.combine(sum, part)
  }
  storeUpTo4(to, sum, count)
}

/** [n, inner] → [inner], where `row` bytes are between the rows. */
function reduceColumns<T>(dst: usize, src: usize, n: i32, inner: i32, row: usize): void {
  fillWords(dst, inner, i32x4.extract_lane(changetype<T>(0).identity(), 0))
  for (let first = 0; first < n; first += ROW_BLOCK) {
    const rows = min(ROW_BLOCK, n - first)
    let to = dst
    let from = src
    let column = inner
    for (; column >= 16; column -= 16) {
      combineLine<T>(to, from, rows, row)
      to += 64
      from += 64
    }
    for (; column > 0; column -= 4) {
      combineColumns<T>(to, from, rows, row, column)
      to += 16
      from += 16
    }
    src += <usize>rows * row
  }
}

function reduceOf<T>(p: usize): void {
  let dst = load<u32>(p, REDUCE_DST) as usize
  let src = load<u32>(p, REDUCE_SRC) as usize
  const outer = load<i32>(p, REDUCE_OUTER)
  const n = load<i32>(p, REDUCE_N)
  const inner = load<i32>(p, REDUCE_INNER)
  const row = (<usize>inner) << 2
  const dividesOuter = inner == 1 || outer >= sharers()
  const firstOuter = dividesOuter ? partStart(outer, 1) : 0
  const endOuter = dividesOuter ? partEnd(outer, 1) : outer
  dst += <usize>firstOuter * row
  src += <usize>firstOuter * <usize>n * row
  if (inner == 1) {
    reduceRows<T>(dst, src, endOuter - firstOuter, n)
    return
  }
  const first = dividesOuter ? 0 : partStart(inner, 16)
  const count = (dividesOuter ? inner : partEnd(inner, 16)) - first
  dst += (<usize>first) << 2
  src += (<usize>first) << 2
  for (let o = firstOuter; o < endOuter; o++) {
    if (count > 0) reduceColumns<T>(dst, src, n, count, row)
    dst += row
    src += <usize>n * row
  }
}

export function reduce(p: usize): i32 {
  switch (load<i32>(p, REDUCE_KIND)) {
    case REDUCE_SUM: reduceOf<FloatSum>(p); break
    case REDUCE_MAX: reduceOf<FloatMax>(p); break
    case REDUCE_MIN: reduceOf<FloatMin>(p); break
    case REDUCE_INT_SUM: reduceOf<IntSum>(p); break
    case REDUCE_INT_MAX: reduceOf<IntMax>(p); break
    case REDUCE_INT_MIN: reduceOf<IntMin>(p); break
    default: return ERROR_BAD_INSTRUCTION
  }
  return ERROR_OK
}

/** First index that holds the largest value of a row, by finding the value, then where it stands. */
function argmaxOfRow(src: usize, n: i32): i32 {
  const largest = maxOfRow(src, n)
  const isNaN = largest != largest
  const wanted = f32x4.splat(largest)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(src + ((<usize>i) << 2))
    if (v128.any_true(isNaN ? f32x4.ne(v, v) : f32x4.eq(v, wanted))) break
  }
  for (; i < n; i++) {
    const x = load<f32>(src + ((<usize>i) << 2))
    if (isNaN ? x != x : x == largest) return i
  }
  return 0
}

function argmaxOfColumn(src: usize, n: i32, step: usize): i32 {
  let best = load<f32>(src)
  let index = 0
  for (let i = 1; i < n && best == best; i++) {
    src += step
    const x = load<f32>(src)
    if (x > best || x != x) {
      best = x
      index = i
    }
  }
  return index
}

export function argmax(p: usize): void {
  let dst = load<u32>(p, ARGMAX_DST) as usize
  let src = load<u32>(p, ARGMAX_SRC) as usize
  const n = load<i32>(p, ARGMAX_N)
  const inner = load<i32>(p, ARGMAX_INNER)
  const step = (<usize>inner) << 2
  const outer = load<i32>(p, ARGMAX_OUTER)
  const first = partStart(outer, 1)
  dst += <usize>first * step
  src += <usize>first * <usize>n * step
  for (let o = partEnd(outer, 1) - first; o > 0; o--) {
    for (let i = 0; i < inner; i++) {
      const column = src + ((<usize>i) << 2)
      store<i32>(dst, inner == 1 ? argmaxOfRow(column, n) : argmaxOfColumn(column, n, step))
      dst += 4
    }
    src += <usize>n * step
  }
}
