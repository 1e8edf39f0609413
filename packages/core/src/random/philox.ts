const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85
const ROUNDS = 10

/** The upper 32 bits of a 32×32 product, from four 16×16 products that each fit 32 bits. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) >>> 0
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) >>> 0
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0
}

/**
 * One block of Philox 4x32-10: four random words from a counter of four words and a key of two.
 * The words are written at `offset` of `out`; nothing is allocated.
 *
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", section 4.3.
 */
export function philoxBlock(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
  offset: number,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0)
    const high1 = multiplyHigh(MULTIPLIER_1, c2)
    const low0 = Math.imul(MULTIPLIER_0, c0)
    const low1 = Math.imul(MULTIPLIER_1, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + WEYL_0) | 0
    k1 = (k1 + WEYL_1) | 0
  }
  out[offset] = c0
  out[offset + 1] = c1
  out[offset + 2] = c2
  out[offset + 3] = c3
}

/**
 * Philox 4x32-10 on arrays: `out` (4 words) = the block of `counter` (4 words) under `key` (2 words).
 *
 * A counter-based generator: no state, so that any word can be drawn alone, in any order.
 * Source: Salmon et al. 2011; checked against the known answers of Random123.
 */
export function philox(counter: Uint32Array, key: Uint32Array, out: Uint32Array): void {
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter
  const [k0 = 0, k1 = 0] = key
  philoxBlock(c0, c1, c2, c3, k0, k1, out, 0)
}
