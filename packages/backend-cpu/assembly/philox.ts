// Dropout masks from Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
import {
  DROPOUT_MASK_DST, DROPOUT_MASK_KEY, DROPOUT_MASK_N, DROPOUT_MASK_SCALE, DROPOUT_MASK_SITE, DROPOUT_MASK_THRESHOLD,
} from './opcodes'
import { storeUpTo4 } from './memory'
import { partEnd, partStart } from './team'

/** The four words of counter [c0, c1, c2, 0] under key [k0, k1]. */
@inline
function philox(c0: u32, c1: u32, c2: u32, k0: u32, k1: u32): v128 {
  let c3: u32 = 0
  for (let round = 0; round < 10; round++) {
    const first = <u64>c0 * 0xd2511f53
    const second = <u64>c2 * 0xcd9e8d57
    c0 = <u32>(second >> 32) ^ c1 ^ k0
    c1 = <u32>second
    c2 = <u32>(first >> 32) ^ c3 ^ k1
    c3 = <u32>first
    k0 += 0x9e3779b9
    k1 += 0xbb67ae85
  }
  const low = i64x2.splat(<i64>((<u64>c1 << 32) | c0))
  return i64x2.replace_lane(low, 1, <i64>((<u64>c3 << 32) | c2))
}

export function dropoutMask(p: usize): void {
  let dst = load<u32>(p, DROPOUT_MASK_DST) as usize
  const key = load<u32>(p, DROPOUT_MASK_KEY) as usize
  const n = load<i32>(p, DROPOUT_MASK_N)
  const threshold = i32x4.splat(load<i32>(p, DROPOUT_MASK_THRESHOLD))
  const scale = f32x4.splat(load<f32>(p, DROPOUT_MASK_SCALE))
  const site = load<u32>(p, DROPOUT_MASK_SITE)
  const k0 = load<u32>(key)
  const k1 = load<u32>(key, 4)
  const step = load<u32>(key, 8)
  const first = partStart(n, 16)
  const end = partEnd(n, 16)
  dst += (<usize>first) << 2
  for (let i = first; i < end; i += 4) {
    const bits = philox(<u32>i >>> 2, step, site, k0, k1)
    storeUpTo4(dst, v128.and(i32x4.ge_u(bits, threshold), scale), n - i)
    dst += 16
  }
}
