// The matrix product: packing, the register-blocked kernel and the loops over blocks.
import { GEMM_COLUMN_BLOCK, GEMM_DEPTH_BLOCK, GEMM_ROW_BLOCK, GEMM_TILE_COLUMNS, GEMM_TILE_ROWS } from './opcodes'
import { multiplyAdd } from './arithmetic'
import { transpose4x4 } from './memory'

@inline
function roundUp(n: i32, step: i32): i32 {
  return ((n + step - 1) / step) * step
}

@inline
function words(n: i32): usize {
  return (<usize>n) << 2
}

/** Bytes of op(b) [k, n] packed whole by `packColumns`. */
export function packedBytes(k: i32, n: i32): usize {
  return words(k) * <usize>roundUp(n, GEMM_TILE_COLUMNS)
}

/**
 * Packs `width` vectors of length `depth`, each contiguous in memory and `row` bytes from the next, into panels
 * of `tile` (4 or 8) interleaved vectors; the last panel is filled up with zeros.
 */
function packVectors(dst: usize, src: usize, row: usize, width: i32, depth: i32, tile: i32): void {
  const step = words(tile)
  for (let first = 0; first < width; first += tile) {
    for (let group = 0; group < tile; group += 4) {
      const count = min(4, width - first - group)
      let from = src + <usize>(first + group) * row
      let to = dst + words(group)
      let k = 0
      if (count == 4) {
        for (; k + 4 <= depth; k += 4) {
          transpose4x4(to, step, from, row)
          from += 16
          to += 4 * step
        }
      }
      for (; k < depth; k++) {
        for (let i = 0; i < 4; i++) {
          store<f32>(to + words(i), i < count ? load<f32>(from + <usize>i * row) : 0)
        }
        from += 4
        to += step
      }
    }
    dst += words(depth) * <usize>tile
  }
}

/** As packVectors, for vectors that lie across the rows: element k of vector i is at src + k · row + i. */
function packRows(dst: usize, src: usize, row: usize, width: i32, depth: i32, tile: i32): void {
  const step = words(tile)
  for (let first = 0; first < width; first += tile) {
    const count = min(tile, width - first)
    let from = src + words(first)
    if (count == tile) {
      for (let k = 0; k < depth; k++) {
        v128.store(dst, v128.load(from))
        if (tile == 8) v128.store(dst, v128.load(from, 16), 16)
        from += row
        dst += step
      }
    } else {
      for (let k = 0; k < depth; k++) {
        for (let i = 0; i < tile; i++) store<f32>(dst + words(i), i < count ? load<f32>(from + words(i)) : 0)
        from += row
        dst += step
      }
    }
  }
}

/** Packs k rows and n columns of op(b), starting at b. */
@inline
function packB(dst: usize, b: usize, row: usize, transposed: bool, k: i32, n: i32): void {
  if (transposed) packVectors(dst, b, row, n, k, GEMM_TILE_COLUMNS)
  else packRows(dst, b, row, n, k, GEMM_TILE_COLUMNS)
}

@inline
function packA(dst: usize, a: usize, row: usize, transposed: bool, m: i32, k: i32): void {
  if (transposed) packRows(dst, a, row, m, k, GEMM_TILE_ROWS)
  else packVectors(dst, a, row, m, k, GEMM_TILE_ROWS)
}

@inline
function put(c: usize, offset: usize, value: v128, accumulate: bool): void {
  const address = c + offset
  v128.store(address, accumulate ? f32x4.add(v128.load(address), value) : value)
}

/** c[4, 8] (+)= a panel of 4 rows by a panel of 8 columns, both of depth k > 0; row: bytes between rows of c. */
function kernel4x8(c: usize, row: usize, a: usize, b: usize, k: i32, accumulate: bool): void {
  let c00 = f32x4.splat(0)
  let c01 = f32x4.splat(0)
  let c10 = f32x4.splat(0)
  let c11 = f32x4.splat(0)
  let c20 = f32x4.splat(0)
  let c21 = f32x4.splat(0)
  let c30 = f32x4.splat(0)
  let c31 = f32x4.splat(0)
  do {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let x = v128.load_splat<f32>(a)
    c00 = multiplyAdd(x, b0, c00)
    c01 = multiplyAdd(x, b1, c01)
    x = v128.load_splat<f32>(a, 4)
    c10 = multiplyAdd(x, b0, c10)
    c11 = multiplyAdd(x, b1, c11)
    x = v128.load_splat<f32>(a, 8)
    c20 = multiplyAdd(x, b0, c20)
    c21 = multiplyAdd(x, b1, c21)
    x = v128.load_splat<f32>(a, 12)
    c30 = multiplyAdd(x, b0, c30)
    c31 = multiplyAdd(x, b1, c31)
    a += 16
    b += 32
  } while (--k)
  put(c, 0, c00, accumulate)
  put(c, 16, c01, accumulate)
  put(c, row, c10, accumulate)
  put(c, row + 16, c11, accumulate)
  put(c, 2 * row, c20, accumulate)
  put(c, 2 * row + 16, c21, accumulate)
  put(c, 3 * row, c30, accumulate)
  put(c, 3 * row + 16, c31, accumulate)
}

/** Writes the rows × columns corner of a finished 4×8 tile. */
function writeEdge(c: usize, row: usize, tile: usize, rows: i32, columns: i32, accumulate: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const address = c + <usize>i * row + words(j)
      const value = load<f32>(tile + words(i * GEMM_TILE_COLUMNS + j))
      store<f32>(address, accumulate ? load<f32>(address) + value : value)
    }
  }
}

/** c [m, n] (+)= packed a · packed b, of depth k. `edge` has room for one 4×8 tile. */
function multiplyBlock(
  c: usize,
  row: usize,
  a: usize,
  b: usize,
  m: i32,
  k: i32,
  n: i32,
  accumulate: bool,
  edge: usize,
): void {
  const aPanel = words(k * GEMM_TILE_ROWS)
  const bPanel = words(k * GEMM_TILE_COLUMNS)
  for (let j = 0; j < n; j += GEMM_TILE_COLUMNS) {
    const columns = min(GEMM_TILE_COLUMNS, n - j)
    let panel = a
    for (let i = 0; i < m; i += GEMM_TILE_ROWS) {
      const rows = min(GEMM_TILE_ROWS, m - i)
      const corner = c + <usize>i * row + words(j)
      if (rows == GEMM_TILE_ROWS && columns == GEMM_TILE_COLUMNS) {
        kernel4x8(corner, row, panel, b, k, accumulate)
      } else {
        kernel4x8(edge, words(GEMM_TILE_COLUMNS), panel, b, k, false)
        writeEdge(corner, row, edge, rows, columns, accumulate)
      }
      panel += aPanel
    }
    b += bPanel
  }
}

/** c [m, n] (+)= op(a) · op(b). Rows are given in bytes; scratch as `matmulScratchBytes` tells. */
export function multiply(
  c: usize,
  cRow: usize,
  a: usize,
  aRow: usize,
  transposeA: bool,
  b: usize,
  bRow: usize,
  transposeB: bool,
  m: i32,
  k: i32,
  n: i32,
  accumulate: bool,
  scratch: usize,
): void {
  const edge = scratch
  const packedA = edge + words(GEMM_TILE_ROWS * GEMM_TILE_COLUMNS)
  const packedB = packedA + words(min(roundUp(m, GEMM_TILE_ROWS), GEMM_ROW_BLOCK) * min(k, GEMM_DEPTH_BLOCK))
  for (let j = 0; j < n; j += GEMM_COLUMN_BLOCK) {
    const columns = min(GEMM_COLUMN_BLOCK, n - j)
    for (let p = 0; p < k; p += GEMM_DEPTH_BLOCK) {
      const depth = min(GEMM_DEPTH_BLOCK, k - p)
      const bCorner = transposeB ? b + <usize>j * bRow + words(p) : b + <usize>p * bRow + words(j)
      packB(packedB, bCorner, bRow, transposeB, depth, columns)
      for (let i = 0; i < m; i += GEMM_ROW_BLOCK) {
        const rows = min(GEMM_ROW_BLOCK, m - i)
        const aCorner = transposeA ? a + <usize>p * aRow + words(i) : a + <usize>i * aRow + words(p)
        packA(packedA, aCorner, aRow, transposeA, rows, depth)
        const corner = c + <usize>i * cRow + words(j)
        multiplyBlock(corner, cRow, packedA, packedB, rows, depth, columns, accumulate || p > 0, edge)
      }
    }
  }
}

/**
 * Packs op(b) [k, n] as the columns from `at` on of a matrix of `width` columns, for `multiplyPacked`; `at` and `width`
 * are multiples of the columns of a tile. `packedBytes(k, width)` of room.
 */
export function packColumns(
  dst: usize, at: i32, width: i32, b: usize, row: usize, transposed: bool, k: i32, n: i32,
): void {
  for (let p = 0; p < k; p += GEMM_DEPTH_BLOCK) {
    const depth = min(GEMM_DEPTH_BLOCK, k - p)
    packB(dst + packedBytes(depth, at), transposed ? b + words(p) : b + <usize>p * row, row, transposed, depth, n)
    dst += packedBytes(depth, width)
  }
}

/** Columns of n that take whole tiles. */
@inline
export function tiledColumns(n: i32): i32 {
  return roundUp(n, GEMM_TILE_COLUMNS)
}

/** c [m, n] (+)= a [m, k] · packed b; scratch: an edge tile and rowBlock × depthBlock words. */
export function multiplyPacked(
  c: usize,
  cRow: usize,
  a: usize,
  aRow: usize,
  packedB: usize,
  m: i32,
  k: i32,
  n: i32,
  accumulate: bool,
  scratch: usize,
): void {
  const packedA = scratch + words(GEMM_TILE_ROWS * GEMM_TILE_COLUMNS)
  for (let p = 0; p < k; p += GEMM_DEPTH_BLOCK) {
    const depth = min(GEMM_DEPTH_BLOCK, k - p)
    for (let i = 0; i < m; i += GEMM_ROW_BLOCK) {
      const rows = min(GEMM_ROW_BLOCK, m - i)
      packA(packedA, a + <usize>i * aRow + words(p), aRow, false, rows, depth)
      multiplyBlock(c + <usize>i * cRow, cRow, packedA, packedB, rows, depth, n, accumulate || p > 0, scratch)
    }
    packedB += packedBytes(depth, n)
  }
}
