// Words of the memory: copying runs of them, and vectors of fewer than four.

/** Copies n words; the runs may be the same but may not overlap otherwise. */
export function copyWords(dst: usize, src: usize, n: i32): void {
  if (n >= 128) {
    memory.copy(dst, src, (<usize>n) << 2)
    return
  }
  while (n >= 4) {
    v128.store(dst, v128.load(src))
    dst += 16
    src += 16
    n -= 4
  }
  while (n > 0) {
    store<i32>(dst, load<i32>(src))
    dst += 4
    src += 4
    n--
  }
}

/** Sets n words. */
export function fillWords(dst: usize, n: i32, word: i32): void {
  const vector = i32x4.splat(word)
  while (n >= 4) {
    v128.store(dst, vector)
    dst += 16
    n -= 4
  }
  while (n > 0) {
    store<i32>(dst, word)
    dst += 4
    n--
  }
}

/** The 1, 2 or 3 words at src in the first lanes, the lanes of `other` in the rest. */
@inline
export function loadTail(src: usize, count: i32, other: v128): v128 {
  let vector = v128.load_lane<i32>(src, other, 0)
  if (count > 1) vector = v128.load_lane<i32>(src, vector, 1, 4)
  if (count > 2) vector = v128.load_lane<i32>(src, vector, 2, 8)
  return vector
}

/** Stores the first 1, 2 or 3 lanes. */
@inline
export function storeTail(dst: usize, vector: v128, count: i32): void {
  v128.store_lane<i32>(dst, vector, 0)
  if (count > 1) v128.store_lane<i32>(dst, vector, 1, 4)
  if (count > 2) v128.store_lane<i32>(dst, vector, 2, 8)
}

/** Loads up to four words: `count` may be larger than 4. */
@inline
export function loadUpTo4(src: usize, count: i32, other: v128): v128 {
  return count >= 4 ? v128.load(src) : loadTail(src, count, other)
}

@inline
export function storeUpTo4(dst: usize, vector: v128, count: i32): void {
  if (count >= 4) v128.store(dst, vector)
  else storeTail(dst, vector, count)
}

/** The sum of the four float lanes. */
@inline
export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  )
}

/** Stores the 4×4 block of words whose columns are the four vectors at src, rows in bytes. */
@inline
export function transpose4x4(dst: usize, dstRow: usize, src: usize, srcRow: usize): void {
  const r0 = v128.load(src)
  const r1 = v128.load(src + srcRow)
  const r2 = v128.load(src + 2 * srcRow)
  const r3 = v128.load(src + 3 * srcRow)
  const low01 = i32x4.shuffle(r0, r1, 0, 4, 1, 5)
  const low23 = i32x4.shuffle(r2, r3, 0, 4, 1, 5)
  const high01 = i32x4.shuffle(r0, r1, 2, 6, 3, 7)
  const high23 = i32x4.shuffle(r2, r3, 2, 6, 3, 7)
  v128.store(dst, i64x2.shuffle(low01, low23, 0, 2))
  v128.store(dst + dstRow, i64x2.shuffle(low01, low23, 1, 3))
  v128.store(dst + 2 * dstRow, i64x2.shuffle(high01, high23, 0, 2))
  v128.store(dst + 3 * dstRow, i64x2.shuffle(high01, high23, 1, 3))
}
