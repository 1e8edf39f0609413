// Gather, scatter and dynamic slices: data picked and placed by indices in memory.
import {
  DYNAMIC_SLICE_AXIS_SIZE, DYNAMIC_SLICE_COUNT, DYNAMIC_SLICE_DST, DYNAMIC_SLICE_INNER, DYNAMIC_SLICE_OUTER,
  DYNAMIC_SLICE_SRC, DYNAMIC_SLICE_START, DYNAMIC_UPDATE_AXIS_SIZE, DYNAMIC_UPDATE_COUNT, DYNAMIC_UPDATE_DST,
  DYNAMIC_UPDATE_INNER, DYNAMIC_UPDATE_OUTER, DYNAMIC_UPDATE_START, DYNAMIC_UPDATE_UPDATE, ERROR_INDEX_OUT_OF_RANGE,
  ERROR_OK, GATHER_ALONG_AXIS_SIZE, GATHER_ALONG_COUNT, GATHER_ALONG_DST, GATHER_ALONG_IDS, GATHER_ALONG_INNER,
  GATHER_ALONG_OUTER, GATHER_ALONG_SRC, GATHER_AXIS_SIZE, GATHER_COUNT, GATHER_DST, GATHER_IDS, GATHER_INNER,
  GATHER_OUTER, GATHER_TABLE, SCATTER_ADD_ACCUMULATE, SCATTER_ADD_AXIS_SIZE, SCATTER_ADD_COUNT, SCATTER_ADD_DST,
  SCATTER_ADD_IDS, SCATTER_ADD_INNER, SCATTER_ADD_OUTER, SCATTER_ADD_UPDATES, SCATTER_ALONG_ADD_ACCUMULATE,
  SCATTER_ALONG_ADD_AXIS_SIZE, SCATTER_ALONG_ADD_COUNT, SCATTER_ALONG_ADD_DST, SCATTER_ALONG_ADD_IDS,
  SCATTER_ADD_IS_INT, SCATTER_ALONG_ADD_IS_INT, SCATTER_ALONG_ADD_INNER, SCATTER_ALONG_ADD_OUTER, SCATTER_ALONG_ADD_UPDATES,
} from './opcodes'
import { copyWords, fillWords, loadTail, storeTail } from './memory'
import { Add, IAdd } from './operators'
import { setErrorValue } from './status'
import { partEnd, partStart, sharers } from './team'

@inline
function bytes(words: i32): usize {
  return (<usize>words) << 2
}

/** Refuses an index outside 0…size-1, negative ones too, and notes it. */
@inline
export function isOutOfRange(index: i32, size: i32): bool {
  if (<u32>index < <u32>size) return false
  setErrorValue(index)
  return true
}

export function gather(p: usize): i32 {
  let dst = load<u32>(p, GATHER_DST) as usize
  let table = load<u32>(p, GATHER_TABLE) as usize
  const ids = load<u32>(p, GATHER_IDS) as usize
  const size = load<i32>(p, GATHER_AXIS_SIZE)
  const count = load<i32>(p, GATHER_COUNT)
  const inner = load<i32>(p, GATHER_INNER)
  const first = partStart(count, 1)
  const end = partEnd(count, 1)
  for (let o = load<i32>(p, GATHER_OUTER); o > 0; o--) {
    for (let i = first; i < end; i++) {
      const id = load<i32>(ids + bytes(i))
      if (isOutOfRange(id, size)) return ERROR_INDEX_OUT_OF_RANGE
      copyWords(dst + <usize>i * bytes(inner), table + <usize>id * bytes(inner), inner)
    }
    dst += <usize>count * bytes(inner)
    table += <usize>size * bytes(inner)
  }
  return ERROR_OK
}

function addWords<T>(dst: usize, src: usize, n: i32): void {
  const op = changetype<T>(0)
  for (; n >= 4; n -= 4) {
    v128.store(dst, op.apply(v128.load(dst), v128.load(src)))
    dst += 16
    src += 16
  }
  if (n > 0) {
    const zero = f32x4.splat(0)
    storeTail(dst, op.apply(loadTail(dst, n, zero), loadTail(src, n, zero)), n)
  }
}

export function scatterAdd(p: usize): i32 {
  let dst = load<u32>(p, SCATTER_ADD_DST) as usize
  let updates = load<u32>(p, SCATTER_ADD_UPDATES) as usize
  const ids = load<u32>(p, SCATTER_ADD_IDS) as usize
  const outer = load<i32>(p, SCATTER_ADD_OUTER)
  const size = load<i32>(p, SCATTER_ADD_AXIS_SIZE)
  const count = load<i32>(p, SCATTER_ADD_COUNT)
  const inner = load<i32>(p, SCATTER_ADD_INNER)
  const isInt = load<i32>(p, SCATTER_ADD_IS_INT)
  // Columns are divided, never the updates, whose sums would depend on their order.
  const first = partStart(inner, 16)
  const width = partEnd(inner, 16) - first
  if (width <= 0) return ERROR_OK
  dst += bytes(first)
  updates += bytes(first)
  if (!load<i32>(p, SCATTER_ADD_ACCUMULATE)) {
    if (sharers() == 1) fillWords(dst, outer * size * inner, 0)
    else for (let i = 0; i < outer * size; i++) fillWords(dst + <usize>i * bytes(inner), width, 0)
  }
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const id = load<i32>(ids + bytes(i))
      if (isOutOfRange(id, size)) return ERROR_INDEX_OUT_OF_RANGE
      const row = dst + <usize>id * bytes(inner)
      if (isInt) addWords<IAdd>(row, updates, width)
      else addWords<Add>(row, updates, width)
      updates += bytes(inner)
    }
    dst += <usize>size * bytes(inner)
  }
  return ERROR_OK
}

export function gatherAlong(p: usize): i32 {
  let dst = load<u32>(p, GATHER_ALONG_DST) as usize
  let src = load<u32>(p, GATHER_ALONG_SRC) as usize
  let ids = load<u32>(p, GATHER_ALONG_IDS) as usize
  const size = load<i32>(p, GATHER_ALONG_AXIS_SIZE)
  const count = load<i32>(p, GATHER_ALONG_COUNT)
  const inner = load<i32>(p, GATHER_ALONG_INNER)
  const outer = load<i32>(p, GATHER_ALONG_OUTER)
  const first = partStart(outer, 1)
  dst += <usize>(first * count) * bytes(inner)
  ids += <usize>(first * count) * bytes(inner)
  src += <usize>(first * size) * bytes(inner)
  for (let o = partEnd(outer, 1) - first; o > 0; o--) {
    for (let j = 0; j < count; j++) {
      for (let i = 0; i < inner; i++) {
        const id = load<i32>(ids)
        if (isOutOfRange(id, size)) return ERROR_INDEX_OUT_OF_RANGE
        store<i32>(dst, load<i32>(src + <usize>id * bytes(inner) + bytes(i)))
        ids += 4
        dst += 4
      }
    }
    src += <usize>size * bytes(inner)
  }
  return ERROR_OK
}

export function scatterAlongAdd(p: usize): i32 {
  let dst = load<u32>(p, SCATTER_ALONG_ADD_DST) as usize
  let updates = load<u32>(p, SCATTER_ALONG_ADD_UPDATES) as usize
  let ids = load<u32>(p, SCATTER_ALONG_ADD_IDS) as usize
  const outer = load<i32>(p, SCATTER_ALONG_ADD_OUTER)
  const size = load<i32>(p, SCATTER_ALONG_ADD_AXIS_SIZE)
  const count = load<i32>(p, SCATTER_ALONG_ADD_COUNT)
  const inner = load<i32>(p, SCATTER_ALONG_ADD_INNER)
  const isInt = load<i32>(p, SCATTER_ALONG_ADD_IS_INT)
  const first = partStart(outer, 1)
  const end = partEnd(outer, 1)
  dst += <usize>(first * size) * bytes(inner)
  updates += <usize>(first * count) * bytes(inner)
  ids += <usize>(first * count) * bytes(inner)
  if (!load<i32>(p, SCATTER_ALONG_ADD_ACCUMULATE)) fillWords(dst, (end - first) * size * inner, 0)
  for (let o = first; o < end; o++) {
    for (let j = 0; j < count; j++) {
      for (let i = 0; i < inner; i++) {
        const id = load<i32>(ids)
        if (isOutOfRange(id, size)) return ERROR_INDEX_OUT_OF_RANGE
        const address = dst + <usize>id * bytes(inner) + bytes(i)
        if (isInt) store<i32>(address, load<i32>(address) + load<i32>(updates))
        else store<f32>(address, load<f32>(address) + load<f32>(updates))
        ids += 4
        updates += 4
      }
    }
    dst += <usize>size * bytes(inner)
  }
  return ERROR_OK
}

@inline
function clampStart(start: i32, size: i32, count: i32): i32 {
  return max(0, min(start, size - count))
}

export function dynamicSlice(p: usize): void {
  let dst = load<u32>(p, DYNAMIC_SLICE_DST) as usize
  const size = load<i32>(p, DYNAMIC_SLICE_AXIS_SIZE)
  const count = load<i32>(p, DYNAMIC_SLICE_COUNT)
  const inner = load<i32>(p, DYNAMIC_SLICE_INNER)
  const start = clampStart(load<i32>(load<u32>(p, DYNAMIC_SLICE_START)), size, count)
  let src = (load<u32>(p, DYNAMIC_SLICE_SRC) as usize) + <usize>start * bytes(inner)
  const outer = load<i32>(p, DYNAMIC_SLICE_OUTER)
  const first = partStart(outer, 1)
  dst += <usize>first * bytes(count * inner)
  src += <usize>first * bytes(size * inner)
  for (let o = partEnd(outer, 1) - first; o > 0; o--) {
    copyWords(dst, src, count * inner)
    dst += bytes(count * inner)
    src += bytes(size * inner)
  }
}

export function dynamicUpdate(p: usize): void {
  let update = load<u32>(p, DYNAMIC_UPDATE_UPDATE) as usize
  const size = load<i32>(p, DYNAMIC_UPDATE_AXIS_SIZE)
  const count = load<i32>(p, DYNAMIC_UPDATE_COUNT)
  const inner = load<i32>(p, DYNAMIC_UPDATE_INNER)
  const start = clampStart(load<i32>(load<u32>(p, DYNAMIC_UPDATE_START)), size, count)
  let dst = (load<u32>(p, DYNAMIC_UPDATE_DST) as usize) + <usize>start * bytes(inner)
  const outer = load<i32>(p, DYNAMIC_UPDATE_OUTER)
  const first = partStart(outer, 1)
  dst += <usize>first * bytes(size * inner)
  update += <usize>first * bytes(count * inner)
  for (let o = partEnd(outer, 1) - first; o > 0; o--) {
    copyWords(dst, update, count * inner)
    update += bytes(count * inner)
    dst += bytes(size * inner)
  }
}
