import type { CaseArray } from './op-case.ts'

/** How many units in the last place of the larger number two float64 numbers are apart. */
export function ulpsApart(left: number, right: number): number {
  if (left === right || (Number.isNaN(left) && Number.isNaN(right))) return 0
  const size = Math.max(Math.abs(left), Math.abs(right))
  if (!Number.isFinite(size) || Number.isNaN(left) || Number.isNaN(right)) return Number.POSITIVE_INFINITY
  const ulp = Math.max(Number.MIN_VALUE, 2 ** (Math.floor(Math.log2(size)) - 52))
  return Math.abs(left - right) / ulp
}

/** What may differ: units in the last place, or an absolute amount; and whether −0 and 0 count as different. */
export interface Tolerance {
  readonly ulps?: number
  readonly absolute?: number
  readonly signedZeros?: boolean
}

/** What is different between two arrays, or undefined: NaN and infinities are equal only to themselves. */
export function difference(
  found: CaseArray,
  expected: CaseArray,
  { ulps = 0, absolute = 0, signedZeros = false }: Tolerance = {},
): string | undefined {
  if (found.kind !== expected.kind) return `kind is ${found.kind}, not ${expected.kind}`
  if (`${found.shape}` !== `${expected.shape}`) return `shape is [${found.shape}], not [${expected.shape}]`
  if (found.data.length !== expected.data.length) return `${found.data.length} elements`
  const index = found.data.findIndex((x, i) => {
    const want = expected.data[i]!
    if (signedZeros && x === 0 && want === 0) return !Object.is(x, want)
    return !(Math.abs(x - want) <= absolute || ulpsApart(x, want) <= ulps)
  })
  if (index < 0) return undefined
  return `element ${index} is ${found.data[index]}, not ${expected.data[index]}`
}
