// Words moved about: strided copies, fills and index sequences.
import {
  COPY_STRIDED_DST, COPY_STRIDED_RANK, COPY_STRIDED_SRC, COPY_STRIDED_TAIL, FILL_DST, FILL_N, FILL_WORD, IOTA_DST,
  IOTA_INNER, IOTA_N, IOTA_OUTER,
} from './opcodes'
import { copyWords, fillWords, transpose4x4 } from './memory'
import { isFirst, partEnd, partStart } from './team'

@inline
function bytes(words: i32): usize {
  return (<usize>words) << 2
}

/** One run along the innermost dimension. */
function copyRun(dst: usize, src: usize, n: i32, dstStep: i32, srcStep: i32): void {
  if (dstStep == 1 && srcStep == 1) {
    copyWords(dst, src, n)
  } else if (dstStep == 1 && srcStep == 0) {
    fillWords(dst, n, load<i32>(src))
  } else {
    const up = bytes(dstStep)
    const from = bytes(srcStep)
    for (; n > 0; n--) {
      store<i32>(dst, load<i32>(src))
      dst += up
      src += from
    }
  }
}

/** dst[i, j] = src[i, j] with j contiguous in dst and i in src, in blocks of 4×4 inside strips of 16 rows of dst. */
function copyTransposed(dst: usize, src: usize, rows: i32, columns: i32, dstRow: usize, srcColumn: usize): void {
  for (let strip = 0; strip < rows; strip += 16) {
    const end = min(strip + 16, rows)
    let j = 0
    for (; j + 4 <= columns; j += 4) {
      const from = src + <usize>j * srcColumn
      let i = strip
      for (; i + 4 <= end; i += 4) {
        transpose4x4(dst + <usize>i * dstRow + bytes(j), dstRow, from + bytes(i), srcColumn)
      }
      for (; i < end; i++) {
        for (let c = 0; c < 4; c++) {
          store<i32>(dst + <usize>i * dstRow + bytes(j + c), load<i32>(from + <usize>c * srcColumn + bytes(i)))
        }
      }
    }
    for (let i = strip; i < end; i++) {
      for (let c = j; c < columns; c++) {
        store<i32>(dst + <usize>i * dstRow + bytes(c), load<i32>(src + <usize>c * srcColumn + bytes(i)))
      }
    }
  }
}

/**
 * `n` of the first of the `rank` dimensions left, whose sizes stand at dims; strides lie `gap` and 2 · `gap` bytes
 * further.
 */
function copyDimensions(dst: usize, src: usize, n: i32, rank: i32, dims: usize, gap: usize): void {
  const dstStep = load<i32>(dims + gap)
  const srcStep = load<i32>(dims + 2 * gap)
  if (rank == 1) {
    copyRun(dst, src, n, dstStep, srcStep)
    return
  }
  if (rank == 2 && srcStep == 1 && load<i32>(dims + gap, 4) == 1) {
    const srcColumn = load<i32>(dims + 2 * gap, 4)
    if (srcColumn != 0 && srcColumn != 1) {
      copyTransposed(dst, src, n, load<i32>(dims, 4), bytes(dstStep), bytes(srcColumn))
      return
    }
  }
  const inner = load<i32>(dims, 4)
  for (let i = 0; i < n; i++) {
    copyDimensions(dst, src, inner, rank - 1, dims + 4, gap)
    dst += bytes(dstStep)
    src += bytes(srcStep)
  }
}

/** Dimensions that the planner left separate although they are contiguous cost nothing but calls: see PlanWriter. */
export function copyStrided(p: usize): void {
  const rank = load<i32>(p, COPY_STRIDED_RANK)
  const dims = p + COPY_STRIDED_TAIL
  for (let i = 0; i < rank; i++) if (load<i32>(dims + bytes(i)) == 0) return
  const dst = load<u32>(p, COPY_STRIDED_DST) as usize
  const src = load<u32>(p, COPY_STRIDED_SRC) as usize
  if (rank == 0) {
    if (isFirst()) store<i32>(dst, load<i32>(src))
    return
  }
  const gap = bytes(rank)
  const n = load<i32>(dims)
  // Whole cache lines, or whole blocks of a transpose.
  const step = rank == 1 ? 16 : rank == 2 ? 4 : 1
  const first = partStart(n, step)
  const count = partEnd(n, step) - first
  if (count <= 0) return
  const from = src + bytes(first * load<i32>(dims + 2 * gap))
  copyDimensions(dst + bytes(first * load<i32>(dims + gap)), from, count, rank, dims, gap)
}

export function fill(p: usize): void {
  const n = load<i32>(p, FILL_N)
  const first = partStart(n, 16)
  fillWords(<usize>load<u32>(p, FILL_DST) + bytes(first), partEnd(n, 16) - first, load<i32>(p, FILL_WORD))
}

export function iota(p: usize): void {
  let dst = load<u32>(p, IOTA_DST) as usize
  const n = load<i32>(p, IOTA_N)
  const inner = load<i32>(p, IOTA_INNER)
  for (let o = load<i32>(p, IOTA_OUTER); o > 0; o--) {
    for (let i = 0; i < n; i++) {
      fillWords(dst, inner, i)
      dst += bytes(inner)
    }
  }
}
