/** JSON has no NaN, no infinities and no −0, so these numbers are written as strings. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity' | '-0'

/** A number as JSON can hold it. */
export function encodeNumber(value: number): JsonNumber {
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : (String(value) as JsonNumber)
}

/** The number that {@link encodeNumber} wrote; anything else comes back as it is, for `check` to refuse. */
export function decodeNumber(value: unknown): number {
  const isCoded = value === 'NaN' || value === 'Infinity' || value === '-Infinity' || value === '-0'
  return isCoded ? Number(value) : (value as number)
}
