import type { HostArray } from '@dragoman/core'

/** How far the largest of an array may stand out from the rest. */
const mostTimesMedian = 1000

/** The largest of some sizes, but no more than a thousand times their median; zeros and what is not finite aside. */
export function usualSize(sizes: Iterable<number>): number {
  const sorted = Float64Array.from(sizes, Math.abs)
    .filter((size) => size > 0 && Number.isFinite(size))
    .sort()
  if (sorted.length === 0) return 0
  return Math.min(sorted.at(-1)!, mostTimesMedian * sorted[Math.floor((sorted.length - 1) / 2)]!)
}

/**
 * What a difference of each element is measured by: the usual size of its array, or its own where that is larger. So
 * one element out of all proportion, such as the logit of a weight of 3e38, hides no difference of the others.
 *
 * @param least  added to each.
 */
export function elementScales(data: HostArray['data'], least: number): Float64Array {
  const usual = usualSize(data)
  return Float64Array.from(data, (x) => Math.max(Math.abs(x), usual) + least)
}
