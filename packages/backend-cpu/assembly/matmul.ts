// The matmul instruction: the batch loop, and what pays for products with few rows or one column.
import { GEMM_TILE_ROWS, MATMUL_A, MATMUL_A_ROW, MATMUL_B, MATMUL_B_ROW, MATMUL_DST, MATMUL_DST_ROW, MATMUL_FLAGS,
  MATMUL_FLAG_ACCUMULATE, MATMUL_FLAG_TRANSPOSE_A, MATMUL_FLAG_TRANSPOSE_B, MATMUL_K, MATMUL_M, MATMUL_N, MATMUL_RANK,
  MATMUL_SCRATCH, MATMUL_TAIL } from './opcodes'
import { multiplyAdd } from './arithmetic'
import { multiply } from './gemm'
import { fillWords, loadTail, storeTail, sumLanes } from './memory'
import { ownScratch, partEnd, partStart, setSharers, sharers } from './team'

/** Products with at most this many rows add up rows of b in place: packing it would cost more than it saves. */
const FEW_ROWS: i32 = 7
/** As FEW_ROWS where the rows of b are multiplied: packing them means to transpose them. */
const FEW_DOT_ROWS: i32 = 32
/** Columns of c that stay in the first-level cache while rows of b are added to them. */
const STRIP: i32 = 2048

@inline
function bytes(words: i32): usize {
  return (<usize>words) << 2
}

/** Sum of a[k] · b[k]. */
function dot(a: usize, b: usize, k: i32): f32 {
  let sum0 = f32x4.splat(0)
  let sum1 = f32x4.splat(0)
  for (; k >= 8; k -= 8) {
    sum0 = multiplyAdd(v128.load(a), v128.load(b), sum0)
    sum1 = multiplyAdd(v128.load(a, 16), v128.load(b, 16), sum1)
    a += 32
    b += 32
  }
  if (k >= 4) {
    sum0 = multiplyAdd(v128.load(a), v128.load(b), sum0)
    a += 16
    b += 16
    k -= 4
  }
  if (k > 0) {
    const zero = f32x4.splat(0)
    sum1 = multiplyAdd(loadTail(a, k, zero), loadTail(b, k, zero), sum1)
  }
  return sumLanes(f32x4.add(sum0, sum1))
}

/** The four sums of lanes, one in each lane. */
@inline
function sumEach(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const low01 = f32x4.add(i32x4.shuffle(s0, s1, 0, 4, 1, 5), i32x4.shuffle(s0, s1, 2, 6, 3, 7))
  const low23 = f32x4.add(i32x4.shuffle(s2, s3, 0, 4, 1, 5), i32x4.shuffle(s2, s3, 2, 6, 3, 7))
  return f32x4.add(i64x2.shuffle(low01, low23, 0, 2), i64x2.shuffle(low01, low23, 1, 3))
}

@inline
function putOne(c: usize, value: f32, accumulate: bool): void {
  store<f32>(c, accumulate ? load<f32>(c) + value : value)
}

/** The four lanes to results that are `cStep` bytes apart. */
@inline
function put(c: usize, cStep: usize, sums: v128, accumulate: bool): void {
  putOne(c, f32x4.extract_lane(sums, 0), accumulate)
  putOne(c + cStep, f32x4.extract_lane(sums, 1), accumulate)
  putOne(c + 2 * cStep, f32x4.extract_lane(sums, 2), accumulate)
  putOne(c + 3 * cStep, f32x4.extract_lane(sums, 3), accumulate)
}

/** Four results (+)= a · four rows of b; results are `cStep` bytes apart, rows `row` bytes. */
function dot4(c: usize, cStep: usize, a: usize, b: usize, row: usize, k: i32, accumulate: bool): void {
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let s2 = f32x4.splat(0)
  let s3 = f32x4.splat(0)
  let b1 = b + row
  let b2 = b1 + row
  let b3 = b2 + row
  for (; k >= 4; k -= 4) {
    const x = v128.load(a)
    s0 = multiplyAdd(x, v128.load(b), s0)
    s1 = multiplyAdd(x, v128.load(b1), s1)
    s2 = multiplyAdd(x, v128.load(b2), s2)
    s3 = multiplyAdd(x, v128.load(b3), s3)
    a += 16
    b += 16
    b1 += 16
    b2 += 16
    b3 += 16
  }
  if (k > 0) {
    const zero = f32x4.splat(0)
    const x = loadTail(a, k, zero)
    s0 = multiplyAdd(x, loadTail(b, k, zero), s0)
    s1 = multiplyAdd(x, loadTail(b1, k, zero), s1)
    s2 = multiplyAdd(x, loadTail(b2, k, zero), s2)
    s3 = multiplyAdd(x, loadTail(b3, k, zero), s3)
  }
  put(c, cStep, sumEach(s0, s1, s2, s3), accumulate)
}

/** As dot4 for two rows of a and of c; each result is made as there. */
function dot2x4(
  c: usize, cRow: usize, cStep: usize, a: usize, aRow: usize, b: usize, row: usize, k: i32, accumulate: bool,
): void {
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let s2 = f32x4.splat(0)
  let s3 = f32x4.splat(0)
  let t0 = f32x4.splat(0)
  let t1 = f32x4.splat(0)
  let t2 = f32x4.splat(0)
  let t3 = f32x4.splat(0)
  let b1 = b + row
  let b2 = b1 + row
  let b3 = b2 + row
  let a1 = a + aRow
  for (; k >= 4; k -= 4) {
    const x = v128.load(a)
    const y = v128.load(a1)
    let z = v128.load(b)
    s0 = multiplyAdd(x, z, s0)
    t0 = multiplyAdd(y, z, t0)
    z = v128.load(b1)
    s1 = multiplyAdd(x, z, s1)
    t1 = multiplyAdd(y, z, t1)
    z = v128.load(b2)
    s2 = multiplyAdd(x, z, s2)
    t2 = multiplyAdd(y, z, t2)
    z = v128.load(b3)
    s3 = multiplyAdd(x, z, s3)
    t3 = multiplyAdd(y, z, t3)
    a += 16
    a1 += 16
    b += 16
    b1 += 16
    b2 += 16
    b3 += 16
  }
  if (k > 0) {
    const zero = f32x4.splat(0)
    const x = loadTail(a, k, zero)
    const y = loadTail(a1, k, zero)
    let z = loadTail(b, k, zero)
    s0 = multiplyAdd(x, z, s0)
    t0 = multiplyAdd(y, z, t0)
    z = loadTail(b1, k, zero)
    s1 = multiplyAdd(x, z, s1)
    t1 = multiplyAdd(y, z, t1)
    z = loadTail(b2, k, zero)
    s2 = multiplyAdd(x, z, s2)
    t2 = multiplyAdd(y, z, t2)
    z = loadTail(b3, k, zero)
    s3 = multiplyAdd(x, z, s3)
    t3 = multiplyAdd(y, z, t3)
  }
  put(c, cStep, sumEach(s0, s1, s2, s3), accumulate)
  put(c + cRow, cStep, sumEach(t0, t1, t2, t3), accumulate)
}

/**
 * c [m, n] (+)= a · bᵀ, both stored by rows of k: dot products, two rows of a by four rows of b at a time. The four are one
 * of each quarter of b, so that each load walks through its quarter without a jump: what comes from memory comes twice as
 * fast then.
 */
function dotProducts(
  c: usize, cRow: usize, a: usize, aRow: usize, b: usize, bRow: usize, m: i32, k: i32, n: i32, accumulate: bool,
): void {
  const quarter = n >> 2
  const cStep = (<usize>quarter) << 2
  const bStep = <usize>quarter * bRow
  for (let j = 0; j < quarter; j++) {
    let i = 0
    for (; i + 2 <= m; i += 2) {
      dot2x4(c + <usize>i * cRow, cRow, cStep, a + <usize>i * aRow, aRow, b, bStep, k, accumulate)
    }
    if (i < m) dot4(c + <usize>i * cRow, cStep, a + <usize>i * aRow, b, bStep, k, accumulate)
    b += bRow
    c += 4
  }
  b += 3 * bStep
  c += 3 * cStep
  for (let j = 4 * quarter; j < n; j++) {
    for (let i = 0; i < m; i++) putOne(c + <usize>i * cRow, dot(a + <usize>i * aRow, b, k), accumulate)
    b += bRow
    c += 4
  }
}

/** y[0…n-1] += x0 · b[0] + x1 · b[1] + x2 · b[2] + x3 · b[3], rows of b. */
function addRows(y: usize, b: usize, row: usize, n: i32, x0: f32, x1: f32, x2: f32, x3: f32): void {
  const v0 = f32x4.splat(x0)
  const v1 = f32x4.splat(x1)
  const v2 = f32x4.splat(x2)
  const v3 = f32x4.splat(x3)
  let b1 = b + row
  let b2 = b1 + row
  let b3 = b2 + row
  for (; n >= 4; n -= 4) {
    const first = multiplyAdd(v0, v128.load(b), multiplyAdd(v1, v128.load(b1), v128.load(y)))
    const second = multiplyAdd(v2, v128.load(b2), f32x4.mul(v3, v128.load(b3)))
    v128.store(y, f32x4.add(first, second))
    y += 16
    b += 16
    b1 += 16
    b2 += 16
    b3 += 16
  }
  if (n > 0) {
    const zero = f32x4.splat(0)
    const first = multiplyAdd(v0, loadTail(b, n, zero), multiplyAdd(v1, loadTail(b1, n, zero), loadTail(y, n, zero)))
    const second = multiplyAdd(v2, loadTail(b2, n, zero), f32x4.mul(v3, loadTail(b3, n, zero)))
    storeTail(y, f32x4.add(first, second), n)
  }
}

function addRow(y: usize, b: usize, n: i32, x: f32): void {
  const v = f32x4.splat(x)
  for (; n >= 4; n -= 4) {
    v128.store(y, multiplyAdd(v, v128.load(b), v128.load(y)))
    y += 16
    b += 16
  }
  if (n > 0) {
    const zero = f32x4.splat(0)
    storeTail(y, multiplyAdd(v, loadTail(b, n, zero), loadTail(y, n, zero)), n)
  }
}

/** c [m, n] (+)= a · b, b stored by rows of n: rows of b are added up, four at a time. aDepth: bytes per step of k. */
function rowSums(
  c: usize, cRow: usize, a: usize, aRow: usize, aDepth: usize, b: usize, bRow: usize,
  m: i32, k: i32, n: i32, accumulate: bool,
): void {
  for (let j = 0; j < n; j += STRIP) {
    const columns = min(STRIP, n - j)
    const strip = c + ((<usize>j) << 2)
    if (!accumulate) {
      for (let i = 0; i < m; i++) fillWords(strip + <usize>i * cRow, columns, 0)
    }
    let row = b + ((<usize>j) << 2)
    let x = a
    let p = 0
    for (; p + 4 <= k; p += 4) {
      for (let i = 0; i < m; i++) {
        const at = x + <usize>i * aRow
        addRows(strip + <usize>i * cRow, row, bRow, columns, load<f32>(at), load<f32>(at + aDepth),
          load<f32>(at + 2 * aDepth), load<f32>(at + 3 * aDepth))
      }
      row += 4 * bRow
      x += 4 * aDepth
    }
    for (; p < k; p++) {
      for (let i = 0; i < m; i++) addRow(strip + <usize>i * cRow, row, columns, load<f32>(x + <usize>i * aRow))
      row += bRow
      x += aDepth
    }
  }
}

const BY_ROW_SUMS: i32 = 0
const BY_DOT_PRODUCTS: i32 = 1
const BY_BLOCKS: i32 = 2

/** The way that suits the whole product; parts of it must go the same way, so that their sums are the same. */
function wayOf(m: i32, aRow: usize, transposeA: bool, transposeB: bool): i32 {
  if (!transposeB) return m <= FEW_ROWS ? BY_ROW_SUMS : BY_BLOCKS
  return m <= FEW_DOT_ROWS && (!transposeA || (aRow == 4 && m == 1)) ? BY_DOT_PRODUCTS : BY_BLOCKS
}

function compute(
  way: i32, c: usize, cRow: usize, a: usize, aRow: usize, transposeA: bool, b: usize, bRow: usize, transposeB: bool,
  m: i32, k: i32, n: i32, accumulate: bool, scratch: usize,
): void {
  if (m <= 0 || n <= 0) return
  if (way == BY_ROW_SUMS) {
    rowSums(c, cRow, a, transposeA ? 4 : aRow, transposeA ? aRow : 4, b, bRow, m, k, n, accumulate)
  } else if (way == BY_DOT_PRODUCTS) {
    dotProducts(c, cRow, a, transposeA ? 0 : aRow, b, bRow, m, k, n, accumulate)
  } else {
    multiply(c, cRow, a, aRow, transposeA, b, bRow, transposeB, m, k, n, accumulate, scratch)
  }
}

/** One product; chooses the way. Rows are given in bytes; scratch as `matmulScratchBytes` tells. */
export function product(
  c: usize, cRow: usize, a: usize, aRow: usize, transposeA: bool, b: usize, bRow: usize, transposeB: bool,
  m: i32, k: i32, n: i32, accumulate: bool, scratch: usize,
): void {
  if (k == 0) {
    if (accumulate) return
    for (let i = 0; i < m; i++) fillWords(c + <usize>i * cRow, n, 0)
  } else if (n == 1 && m > 1 && cRow == 4) {
    // A column: the transposed product has one row. The vector keeps its stride, the matrix is transposed.
    product(c, 4, b, bRow, !transposeB, a, aRow, !transposeA, 1, k, m, accumulate, scratch)
  } else {
    const way = wayOf(m, aRow, transposeA, transposeB)
    compute(way, c, cRow, a, aRow, transposeA, b, bRow, transposeB, m, k, n, accumulate, scratch)
  }
}

/** This thread's part of a product: of its rows where they are more than columns, else of its columns. */
function sharedProduct(
  c: usize, cRow: usize, a: usize, aRow: usize, transposeA: bool, b: usize, bRow: usize, transposeB: bool,
  m: i32, k: i32, n: i32, accumulate: bool, scratch: usize,
): void {
  if (sharers() == 1 || k == 0) {
    product(c, cRow, a, aRow, transposeA, b, bRow, transposeB, m, k, n, accumulate, scratch)
    return
  }
  if (n == 1 && m > 1 && cRow == 4) {
    sharedProduct(c, 4, b, bRow, !transposeB, a, aRow, !transposeA, 1, k, m, accumulate, scratch)
    return
  }
  const way = wayOf(m, aRow, transposeA, transposeB)
  if (way == BY_BLOCKS && m > n) {
    const first = partStart(m, GEMM_TILE_ROWS)
    const from = transposeA ? a + bytes(first) : a + <usize>first * aRow
    const rows = partEnd(m, GEMM_TILE_ROWS) - first
    compute(way, c + <usize>first * cRow, cRow, from, aRow, transposeA, b, bRow, transposeB, rows, k, n, accumulate, scratch)
  } else {
    const first = partStart(n, 16)
    const from = transposeB ? b + <usize>first * bRow : b + bytes(first)
    const columns = partEnd(n, 16) - first
    compute(way, c + bytes(first), cRow, a, aRow, transposeA, from, bRow, transposeB, m, k, columns, accumulate, scratch)
  }
}

export function matmul(p: usize): void {
  const flags = load<i32>(p, MATMUL_FLAGS)
  const rank = load<i32>(p, MATMUL_RANK)
  const dims = p + MATMUL_TAIL
  let dst = load<u32>(p, MATMUL_DST) as usize
  let a = load<u32>(p, MATMUL_A) as usize
  let b = load<u32>(p, MATMUL_B) as usize
  const threads = sharers()
  const size = rank > 0 ? load<i32>(dims) : 0
  if (size < threads || threads == 1) {
    batch(p, rank, size, dims, dst, a, b, flags)
    return
  }
  const first = partStart(size, 1)
  const count = partEnd(size, 1) - first
  const next = bytes(rank)
  dst += bytes(first * load<i32>(dims + next))
  a += bytes(first * load<i32>(dims + 2 * next))
  b += bytes(first * load<i32>(dims + 3 * next))
  setSharers(1)
  batch(p, rank, count, dims, dst, a, b, flags)
  setSharers(threads)
}

/** Loops over the last `remaining` batch dimensions; `size` is that of the first of them, `dims` where it stands. */
function batch(p: usize, remaining: i32, size: i32, dims: usize, dst: usize, a: usize, b: usize, flags: i32): void {
  if (remaining == 0) {
    sharedProduct(
      dst, bytes(load<i32>(p, MATMUL_DST_ROW)),
      a, bytes(load<i32>(p, MATMUL_A_ROW)), (flags & MATMUL_FLAG_TRANSPOSE_A) != 0,
      b, bytes(load<i32>(p, MATMUL_B_ROW)), (flags & MATMUL_FLAG_TRANSPOSE_B) != 0,
      load<i32>(p, MATMUL_M), load<i32>(p, MATMUL_K), load<i32>(p, MATMUL_N),
      (flags & MATMUL_FLAG_ACCUMULATE) != 0, ownScratch(load<u32>(p, MATMUL_SCRATCH)),
    )
    return
  }
  const next = bytes(load<i32>(p, MATMUL_RANK))
  const dstStep = bytes(load<i32>(dims + next))
  const aStep = bytes(load<i32>(dims + 2 * next))
  const bStep = bytes(load<i32>(dims + 3 * next))
  const inner = remaining > 1 ? load<i32>(dims, 4) : 0
  for (let i = 0; i < size; i++) {
    batch(p, remaining - 1, inner, dims + 4, dst, a, b, flags)
    dst += dstStep
    a += aStep
    b += bStep
  }
}
