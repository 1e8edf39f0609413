import { median } from '../measure.ts'
import type { Result } from './result.ts'

/** How many times as long as another: the median of the ratios of the rounds, which both ran in turn. */
export function ratioOf(own: Result, other: Result): number {
  const ratios = own.rounds.flatMap((each, i) => {
    const theirs = other.rounds[i]
    return theirs === undefined ? [] : [each / theirs]
  })
  return median(ratios)
}
