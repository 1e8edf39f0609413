/**
 * The float32 of an IEEE 754 binary16 (1 sign bit, 5 exponent bits, 10 fraction bits); exact.
 * Subnormals, infinities and NaN included.
 */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The float32 values of binary16 words. */
export function float16ToFloat32(words: Uint16Array): Float32Array {
  return Float32Array.from(words, float16ToNumber)
}

/** The float32 values of bfloat16 words, which are the upper halves of float32 words. */
export function bfloat16ToFloat32(words: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(words, (word) => word << 16).buffer)
}
