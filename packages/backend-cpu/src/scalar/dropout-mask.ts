import { argumentOffsets } from '../plan/encoding.ts'
import { pointerAt, type Views } from './views.ts'

const at = argumentOffsets('dropoutMask')

/** High and low word of the product of two u32. */
function multiplyWide(a: number, b: number): [high: number, low: number] {
  const low = Math.imul(a, b) >>> 0
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carry = aLow * bHigh + (middle & 0xffff)
  return [(aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0, low]
}

/**
 * Philox 4x32 with 10 rounds: four random words from a counter of four words and a key of two.
 *
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
export function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter
  let [k0 = 0, k1 = 0] = key
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiplyWide(0xd2511f53, c0)
    const [high1, low1] = multiplyWide(0xcd9e8d57, c2)
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0
    k0 = (k0 + 0x9e3779b9) >>> 0
    k1 = (k1 + 0xbb67ae85) >>> 0
  }
  return [c0, c1, c2, c3]
}

export function dropoutMask(views: Views, p: number): void {
  const dst = pointerAt(views, p + at.dst)
  const key = pointerAt(views, p + at.key)
  const n = views.int[p + at.n]!
  const threshold = views.int[p + at.threshold]! >>> 0
  const scale = views.float[p + at.scale]!
  const site = views.int[p + at.site]! >>> 0
  const [low, high, step] = [0, 1, 2].map((i) => views.int[key + i]! >>> 0)
  for (let i = 0; i < n; i += 4) {
    const words = philox([i >>> 2, step!, site, 0], [low!, high!])
    for (let j = 0; j < 4 && i + j < n; j++) views.float[dst + i + j] = words[j]! >= threshold ? scale : 0
  }
}
