// The matmul instruction: the batch loop, and what pays for products with few rows or one column.
import { MATMUL_A, MATMUL_A_ROW, MATMUL_B, MATMUL_B_ROW, MATMUL_DST, MATMUL_DST_ROW, MATMUL_FLAGS,
  MATMUL_FLAG_ACCUMULATE, MATMUL_FLAG_TRANSPOSE_A, MATMUL_FLAG_TRANSPOSE_B, MATMUL_K, MATMUL_M, MATMUL_N, MATMUL_RANK,
  MATMUL_SCRATCH, MATMUL_TAIL } from './opcodes'
import { multiply } from './gemm'
import { fillWords, loadTail, storeTail, sumLanes } from './memory'

/** Products with at most this many rows read b in place: packing it would cost more than it saves. */
const FEW_ROWS: i32 = 7
/** Columns of c that stay in the first-level cache while rows of b are added to them. */
const STRIP: i32 = 2048

/** Sum of a[k] · b[k]. */
function dot(a: usize, b: usize, k: i32): f32 {
  let sum0 = f32x4.splat(0)
  let sum1 = f32x4.splat(0)
  for (; k >= 8; k -= 8) {
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load(a), v128.load(b)))
    sum1 = f32x4.add(sum1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)))
    a += 32
    b += 32
  }
  if (k >= 4) {
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load(a), v128.load(b)))
    a += 16
    b += 16
    k -= 4
  }
  if (k > 0) {
    const zero = f32x4.splat(0)
    sum1 = f32x4.add(sum1, f32x4.mul(loadTail(a, k, zero), loadTail(b, k, zero)))
  }
  return sumLanes(f32x4.add(sum0, sum1))
}

/** c[0…3] (+)= a · four rows of b. */
function dot4(c: usize, a: usize, b: usize, row: usize, k: i32, accumulate: bool): void {
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let s2 = f32x4.splat(0)
  let s3 = f32x4.splat(0)
  let b1 = b + row
  let b2 = b1 + row
  let b3 = b2 + row
  for (; k >= 4; k -= 4) {
    const x = v128.load(a)
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(b)))
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(b1)))
    s2 = f32x4.add(s2, f32x4.mul(x, v128.load(b2)))
    s3 = f32x4.add(s3, f32x4.mul(x, v128.load(b3)))
    a += 16
    b += 16
    b1 += 16
    b2 += 16
    b3 += 16
  }
  if (k > 0) {
    const zero = f32x4.splat(0)
    const x = loadTail(a, k, zero)
    s0 = f32x4.add(s0, f32x4.mul(x, loadTail(b, k, zero)))
    s1 = f32x4.add(s1, f32x4.mul(x, loadTail(b1, k, zero)))
    s2 = f32x4.add(s2, f32x4.mul(x, loadTail(b2, k, zero)))
    s3 = f32x4.add(s3, f32x4.mul(x, loadTail(b3, k, zero)))
  }
  const low01 = f32x4.add(i32x4.shuffle(s0, s1, 0, 4, 1, 5), i32x4.shuffle(s0, s1, 2, 6, 3, 7))
  const low23 = f32x4.add(i32x4.shuffle(s2, s3, 0, 4, 1, 5), i32x4.shuffle(s2, s3, 2, 6, 3, 7))
  const sums = f32x4.add(i64x2.shuffle(low01, low23, 0, 2), i64x2.shuffle(low01, low23, 1, 3))
  v128.store(c, accumulate ? f32x4.add(v128.load(c), sums) : sums)
}

/** c [m, n] (+)= a · bᵀ, both stored by rows of k: dot products, four rows of b at a time. */
function dotProducts(
  c: usize, cRow: usize, a: usize, aRow: usize, b: usize, bRow: usize, m: i32, k: i32, n: i32, accumulate: bool,
): void {
  let j = 0
  for (; j + 4 <= n; j += 4) {
    for (let i = 0; i < m; i++) dot4(c + <usize>i * cRow, a + <usize>i * aRow, b, bRow, k, accumulate)
    b += 4 * bRow
    c += 16
  }
  for (; j < n; j++) {
    for (let i = 0; i < m; i++) {
      const address = c + <usize>i * cRow
      const value = dot(a + <usize>i * aRow, b, k)
      store<f32>(address, accumulate ? load<f32>(address) + value : value)
    }
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
    const first = f32x4.add(f32x4.mul(v0, v128.load(b)), f32x4.mul(v1, v128.load(b1)))
    const second = f32x4.add(f32x4.mul(v2, v128.load(b2)), f32x4.mul(v3, v128.load(b3)))
    v128.store(y, f32x4.add(v128.load(y), f32x4.add(first, second)))
    y += 16
    b += 16
    b1 += 16
    b2 += 16
    b3 += 16
  }
  for (; n > 0; n--) {
    const sum = x0 * load<f32>(b) + x1 * load<f32>(b1) + (x2 * load<f32>(b2) + x3 * load<f32>(b3))
    store<f32>(y, load<f32>(y) + sum)
    y += 4
    b += 4
    b1 += 4
    b2 += 4
    b3 += 4
  }
}

function addRow(y: usize, b: usize, n: i32, x: f32): void {
  const v = f32x4.splat(x)
  for (; n >= 4; n -= 4) {
    v128.store(y, f32x4.add(v128.load(y), f32x4.mul(v, v128.load(b))))
    y += 16
    b += 16
  }
  if (n > 0) {
    const zero = f32x4.splat(0)
    storeTail(y, f32x4.add(loadTail(y, n, zero), f32x4.mul(v, loadTail(b, n, zero))), n)
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
  } else if (m <= FEW_ROWS && !transposeB) {
    rowSums(c, cRow, a, transposeA ? 4 : aRow, transposeA ? aRow : 4, b, bRow, m, k, n, accumulate)
  } else if (m <= FEW_ROWS && (!transposeA || aRow == 4)) {
    dotProducts(c, cRow, a, transposeA ? 0 : aRow, b, bRow, m, k, n, accumulate)
  } else {
    multiply(c, cRow, a, aRow, transposeA, b, bRow, transposeB, m, k, n, accumulate, scratch)
  }
}

export function matmul(p: usize): void {
  const flags = load<i32>(p, MATMUL_FLAGS)
  const rank = load<i32>(p, MATMUL_RANK)
  batch(
    p, rank, p + MATMUL_TAIL,
    load<u32>(p, MATMUL_DST), load<u32>(p, MATMUL_A), load<u32>(p, MATMUL_B), flags,
  )
}

/** Loops over the batch dimensions from `dim` on; `dims` points to the size of the first of them. */
function batch(p: usize, remaining: i32, dims: usize, dst: usize, a: usize, b: usize, flags: i32): void {
  if (remaining == 0) {
    product(
      dst, (<usize>load<i32>(p, MATMUL_DST_ROW)) << 2,
      a, (<usize>load<i32>(p, MATMUL_A_ROW)) << 2, (flags & MATMUL_FLAG_TRANSPOSE_A) != 0,
      b, (<usize>load<i32>(p, MATMUL_B_ROW)) << 2, (flags & MATMUL_FLAG_TRANSPOSE_B) != 0,
      load<i32>(p, MATMUL_M), load<i32>(p, MATMUL_K), load<i32>(p, MATMUL_N),
      (flags & MATMUL_FLAG_ACCUMULATE) != 0, load<u32>(p, MATMUL_SCRATCH),
    )
    return
  }
  const next = (<usize>load<i32>(p, MATMUL_RANK)) << 2
  const size = load<i32>(dims)
  const dstStep = (<usize>load<i32>(dims + next)) << 2
  const aStep = (<usize>load<i32>(dims + 2 * next)) << 2
  const bStep = (<usize>load<i32>(dims + 3 * next)) << 2
  for (let i = 0; i < size; i++) {
    batch(p, remaining - 1, dims + 4, dst, a, b, flags)
    dst += dstStep
    a += aStep
    b += bStep
  }
}
