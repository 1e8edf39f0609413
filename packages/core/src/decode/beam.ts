import { branchOf, Candidates } from './candidates.ts'
import { type EarlyStopping, FinishedTargets } from './finished-targets.ts'
import type { Prefix } from './prefix.ts'
import { emptyPrefix, isComplete } from './prefix.ts'
import type { Search, SearchLimits } from './search.ts'
import type { ScoreOptions } from './target-score.ts'

/** What a beam search is told. */
export interface BeamOptions extends SearchLimits {
  /** Live prefixes kept at each step. */
  readonly beams: number
  readonly score: ScoreOptions
  readonly earlyStopping: EarlyStopping
  /** Finished targets that are enough, in beams: beams · patience, rounded. */
  readonly patience: number
  /** Hears at each step which tokens the first `beams` candidates that do not end go on with. */
  readonly onTaken?: (ids: readonly number[]) => void
}

/** How many finished targets are kept, and are enough. Kasai et al. 2022, arXiv:2204.05424. */
export function finishedSize(beams: number, patience: number): number {
  return Math.max(1, Math.round(beams * patience))
}

/**
 * Beam search. At each step the 2 · beams best continuations of all live prefixes are looked at: of
 * the first `beams` those that end are finished, and the best that do not end live on. It is done when
 * {@link FinishedTargets.isDone} says so. At `maxLength` the best `beams` continuations are finished whether
 * they end or not.
 *
 * Source: Sutskever et al. 2014, arXiv:1409.3215, section 3.2; rules of transformers 5.
 */
export function beamSearch(options: BeamOptions): Search {
  const { start = emptyPrefix, beams, maxLength, processors, patience, onTaken } = options
  let live: readonly Prefix[] = [start]
  const finished = new FinishedTargets({ ...options, size: finishedSize(beams, patience) })
  const candidates = new Candidates(2 * beams, processors)
  return {
    get live() {
      return live
    },
    advance(next) {
      const best = candidates.collect(live, next).map((candidate) => branchOf(candidate, live, next))
      const isLast = (live[0]?.length ?? 0) + 1 >= maxLength
      const ended = best.slice(0, beams).filter(({ prefix }) => isLast || isComplete(prefix))
      finished.add(ended.map(({ prefix }) => prefix))
      const branches = best.filter(({ prefix }) => !isComplete(prefix)).slice(0, beams)
      onTaken?.(branches.map(({ prefix }) => prefix.id))
      const kept = isLast || finished.isDone(branches[0]?.prefix) ? [] : branches
      live = kept.map(({ prefix }) => prefix)
      return kept
    },
    results: () => finished.all,
  }
}
