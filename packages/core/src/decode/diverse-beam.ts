import type { BeamOptions } from './beam.ts'
import { beamSearch } from './beam.ts'
import { countTokens, penalizeChosen } from './repetition.ts'
import type { Branch, Search } from './search.ts'

/** What a diverse beam search is told. */
export interface DiverseBeamOptions extends BeamOptions {
  /** Groups that the beams are split into; they divide `beams`. */
  readonly groups: number
  /** What a token loses for each time that an earlier group has chosen it at this step, in nats. */
  readonly diversityPenalty: number
}

/**
 * Diverse beam search: groups of beams search one after another, and at each step a group is kept from the
 * tokens that the groups before it have just gone on with. The finished targets of all groups
 * are ranked together, with the penalties in their scores.
 *
 * Source: Vijayakumar et al. 2018, arXiv:1610.02424, algorithm 1 with Hamming diversity; rules of the group
 * beam search that transformers 4 had.
 */
export function diverseBeamSearch({ groups, diversityPenalty, ...options }: DiverseBeamOptions): Search {
  const chosen = new Map<number, number>()
  const searches = Array.from({ length: groups }, () =>
    beamSearch({
      ...options,
      beams: options.beams / groups,
      processors: [penalizeChosen(chosen, diversityPenalty), ...options.processors],
      onTaken: (ids) => countTokens(ids, chosen),
    }),
  )
  return {
    get live() {
      return searches.flatMap(({ live }) => live)
    },
    advance(next) {
      chosen.clear()
      const branches: Branch[] = []
      let start = 0
      for (const search of searches) {
        const count = search.live.length
        if (count === 0) continue
        const own = search.advance(next.slice(start, start + count))
        branches.push(...own.map(({ prefix, parent }) => ({ prefix, parent: start + parent })))
        start += count
      }
      return branches
    },
    results: () => searches.flatMap((search) => search.results()).sort((a, b) => b.score - a.score),
  }
}
