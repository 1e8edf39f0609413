import type { HostArray } from '@dragoman/core'

/**
 * How far an element may be from what is expected: `absolute` + `relative` · its size (`each`), or
 * + `relative` · the size of the largest finite element of the array (`largest`). The second is for sums,
 * whose rounding follows the size of the terms and not of the result.
 */
export interface Tolerance {
  readonly relative: number
  readonly of: 'each' | 'largest'
  readonly absolute?: number
}

/** Not the least difference: for data movement, comparisons, ints and bools. */
export const exact: Tolerance = { relative: 0, of: 'each' }

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
  { relative, of, absolute = 0 }: Tolerance,
): Difference | undefined {
  if (got.kind !== expected.kind || got.shape.join() !== expected.shape.join()) {
    return { index: [], expected: describe(expected), got: describe(got) }
  }
  if (got.data.length !== expected.data.length) {
    return { index: [], expected: `${expected.data.length} elements`, got: `${got.data.length} elements` }
  }
  const largest = of === 'largest' ? largestFinite(expected.data) : 0
  for (let i = 0; i < expected.data.length; i++) {
    const [want, found] = [expected.data[i]!, got.data[i]!]
    const tolerance = absolute + relative * (of === 'largest' ? largest : Math.abs(want))
    if (!isClose(found, want, tolerance)) {
      return { index: unravel(i, expected.shape), expected: want, got: found, tolerance }
    }
  }
  return undefined
}

function isClose(found: number, want: number, tolerance: number): boolean {
  if (Object.is(found, want) || found === want) return true
  return Number.isFinite(found) && Number.isFinite(want) && Math.abs(found - want) <= tolerance
}

function largestFinite(data: HostArray['data']): number {
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
