import type { Prefix } from './prefix.ts'
import { emptyPrefix, extendGiven } from './prefix.ts'
import type { Search } from './search.ts'

/**
 * A search that begins after given tokens: they are read one after another, then `begin` goes on.
 * They count neither in lengths nor in scores.
 */
export function prefixedSearch(ids: ArrayLike<number>, begin: (start: Prefix) => Search): Search {
  let prefix = emptyPrefix
  let read = 0
  let search = ids.length === 0 ? begin(prefix) : undefined
  return {
    get live() {
      return search ? search.live : [prefix]
    },
    advance(next) {
      if (search) return search.advance(next)
      prefix = extendGiven(prefix, ids[read++]!, next[0]!)
      if (read < ids.length) return [{ prefix, parent: 0 }]
      search = begin(prefix)
      return search.live.map((each) => ({ prefix: each, parent: 0 }))
    },
    results: () => search?.results() ?? [],
  }
}
