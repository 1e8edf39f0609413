const OFFSET_BASIS = 0x811c9dc5
const PRIME = 0x01000193

/**
 * The site number of a path such as `encoder.layers.0.dropout`: 32-bit FNV-1a of its UTF-8 bytes.
 * It tells apart the places of a model that draw random numbers at the same step.
 *
 * Source: Fowler, Noll and Vo; draft-eastlake-fnv, "The FNV non-cryptographic hash algorithm".
 */
export function siteOf(path: string): number {
  let hash = OFFSET_BASIS
  for (const byte of new TextEncoder().encode(path)) hash = Math.imul(hash ^ byte, PRIME)
  return hash >>> 0
}
