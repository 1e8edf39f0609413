import { RandomStream, siteOf } from '@dragoman/core'

/** Ids of words, none of them special. */
export function randomIds(name: string, count: number, vocabulary: number): Int32Array {
  const draws = new RandomStream(1).words(new Uint32Array(count), { step: 0, site: siteOf(name) })
  return Int32Array.from(draws, (x) => 4 + (x % (vocabulary - 4)))
}
