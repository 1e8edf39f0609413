import { endOf, stepWithin } from './step.ts'
import type { Storage } from './storage.ts'

/** Words between the starts of storages: a cache line. */
const alignment = 16

interface Interval {
  readonly storage: Storage
  readonly words: number
  readonly start: number
  readonly end: number
}

/** From the first to the last moment at which a storage is needed, in terms of its own frame. */
function intervalOf(storage: Storage): Interval {
  let start = Number.POSITIVE_INFINITY
  let end = Number.NEGATIVE_INFINITY
  for (const { step } of storage.accesses) {
    const within = stepWithin(step, storage.frame)!
    start = Math.min(start, within.time)
    end = Math.max(end, endOf(within))
  }
  return { storage, words: Math.ceil(storage.size / alignment) * alignment, start, end }
}

/**
 * Gives each storage a position in the workspace; two share memory only when they are needed at different times.
 * The largest are placed first, each into the smallest gap that is free all the while.
 *
 * @returns words of the workspace.
 */
export function assignPositions(storages: readonly Storage[]): number {
  const intervals = storages
    .filter((storage) => storage.accesses.length > 0 && storage.size > 0)
    .map(intervalOf)
    .sort((a, b) => b.words - a.words || a.start - b.start)
  const placed: Interval[] = []
  let total = 0
  for (const interval of intervals) {
    const position = smallestGap(placed, interval)
    interval.storage.position = position
    placed.splice(indexBehind(placed, position), 0, interval)
    total = Math.max(total, position + interval.words)
  }
  return total
}

/** `placed` is sorted by position. */
function smallestGap(placed: readonly Interval[], { words, start, end }: Interval): number {
  let best = -1
  let bestWords = Number.POSITIVE_INFINITY
  let free = 0
  for (const other of placed) {
    if (other.start > end || other.end < start) continue
    const { position } = other.storage
    const gap = position - free
    if (gap >= words && gap < bestWords) {
      best = free
      bestWords = gap
    }
    free = Math.max(free, position + other.words)
  }
  return best >= 0 ? best : free
}

function indexBehind(placed: readonly Interval[], position: number): number {
  let low = 0
  let high = placed.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (placed[middle]!.storage.position < position) low = middle + 1
    else high = middle
  }
  return low
}
