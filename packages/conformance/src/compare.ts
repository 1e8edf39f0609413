import type { HostArray } from '@dragoman/core'
import type { Precision } from './run-graph.ts'

/**
 * How far an element may be from what is expected: the largest of what follows, which all may be left out.
 */
export interface Tolerance {
  /** Added to the share below. */
  readonly absolute?: number
  /** Of the element's own size (`each`), or of the largest finite element of the array (`largest`). */
  readonly relative?: number
  readonly of?: 'each' | 'largest'
  /** Units in the last place of the expected element. */
  readonly ulp?: { readonly count: number; readonly precision: Precision }
  /** A difference for each element. */
  readonly each?: ArrayLike<number>
}

/** Not the least difference: for data movement, comparisons, ints and bools. */
export const exact: Tolerance = {}

/** 2^−digits is half a unit in the last place of 1; `smallest` is the smallest normal number. */
const formats = {
  float32: { digits: 24, smallest: 2 ** -126 },
  float64: { digits: 53, smallest: 2 ** -1022 },
} as const

/** The rounding unit ε of a precision: the distance from 1 to the next number. */
export function epsilonOf(precision: Precision): number {
  return 2 ** (1 - formats[precision].digits)
}

/** The distance from a number to the next one away from 0. */
export function ulpOf(x: number, precision: Precision): number {
  const { digits, smallest } = formats[precision]
  const size = Math.max(Math.abs(x), smallest)
  let exponent = Math.floor(Math.log2(size))
  // log2 rounds: next to a power of two it may be off by one.
  if (2 ** exponent > size) exponent -= 1
  else if (2 ** (exponent + 1) <= size) exponent += 1
  return 2 ** (exponent + 1 - digits)
}

/** The first element that differs, and what it may differ by. */
export interface Difference {
  readonly index: readonly number[]
  readonly expected: number | string
  readonly got: number | string
  readonly tolerance?: number
}

/** The first difference between two arrays; NaN and each infinity equal only themselves. */
export function firstDifference(
  got: HostArray,
  expected: HostArray,
  tolerance: Tolerance,
): Difference | undefined {
  if (got.kind !== expected.kind || got.shape.join() !== expected.shape.join()) {
    return { index: [], expected: describe(expected), got: describe(got) }
  }
  if (got.data.length !== expected.data.length) {
    return { index: [], expected: `${expected.data.length} elements`, got: `${got.data.length} elements` }
  }
  const largest = tolerance.of === 'largest' ? largestFinite(expected.data) : 0
  for (let i = 0; i < expected.data.length; i++) {
    const [want, found] = [expected.data[i]!, got.data[i]!]
    if (isSame(found, want)) continue
    const allowed = allowedAt(tolerance, want, i, largest)
    if (!Number.isFinite(found) || !Number.isFinite(want) || Math.abs(found - want) > allowed) {
      return { index: unravel(i, expected.shape), expected: want, got: found, tolerance: allowed }
    }
  }
  return undefined
}

function isSame(found: number, want: number): boolean {
  return found === want || (Number.isNaN(found) && Number.isNaN(want))
}

function allowedAt(
  { absolute = 0, relative = 0, of = 'each', ulp, each }: Tolerance,
  want: number,
  index: number,
  largest: number,
): number {
  const share = absolute + relative * (of === 'largest' ? largest : Math.abs(want))
  return Math.max(share, ulp ? unitsAt(ulp, want) : 0, each?.[index] ?? 0)
}

/** So many units in the last place; a number too small to be normal may be 0. */
function unitsAt({ count, precision }: NonNullable<Tolerance['ulp']>, want: number): number {
  if (want === 0 || !Number.isFinite(want)) return 0
  const flushed = Math.abs(want) < formats[precision].smallest ? Math.abs(want) : 0
  return Math.max(count * ulpOf(want, precision), flushed)
}

/** The largest finite element by its size; 0 where there is none. */
export function largestFinite(data: HostArray['data']): number {
  let largest = 0
  for (const x of data) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x))
  return largest
}

function describe({ kind, shape }: HostArray): string {
  return `${kind} [${shape.join(', ')}]`
}

/** The index along each axis of an element of a row-major array. */
function unravel(flat: number, shape: readonly number[]): number[] {
  const index: number[] = []
  let rest = flat
  for (const size of shape.toReversed()) {
    index.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return index
}
