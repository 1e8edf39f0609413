import type { Vocabulary } from '../text/index.ts'
import type { Prefix } from './prefix.ts'
import { idsOf, isComplete } from './prefix.ts'
import type { NextToken, Search } from './search.ts'

/** A hypothesis in the middle of a search. */
export interface PartialHypothesis {
  /** With the target prefix, without `<sos>`. */
  readonly ids: readonly number[]
  readonly tokens: readonly string[]
  /** Σ of what the search goes by, in nats: log p of the generated tokens, as the options changed it. */
  readonly total: number
}

/** A hypothesis that the model was asked about. */
export interface AskedHypothesis extends PartialHypothesis {
  /** [V], log p of each token that may come next, by the model, in nats. */
  readonly logProbabilities: Float32Array
}

/** A hypothesis after the step, and which of those before it extends. */
export interface ExtendedHypothesis extends PartialHypothesis {
  /** Place in `asked`. */
  readonly parent: number
  /** log p of its last token by the model, in nats. */
  readonly logProbability: number
}

/** What a search did in one step: a row of its tree. */
export interface SearchStep {
  /** From 1. */
  readonly step: number
  readonly asked: readonly AskedHypothesis[]
  /** What it goes on with; empty when it is done. */
  readonly kept: readonly ExtendedHypothesis[]
  /** What ended in this step, by `<eos>` or at the greatest length. */
  readonly finished: readonly (ExtendedHypothesis & { readonly score: number })[]
}

/** The same search; `tell` hears of each step. */
export function watchedSearch(
  search: Search,
  vocabulary: Vocabulary,
  tell: (step: SearchStep) => void,
): Search {
  let step = 0
  const partial = (prefix: Prefix): PartialHypothesis => {
    const ids = idsOf(prefix)
    return { ids, tokens: ids.map((id) => vocabulary.tokenOf(id)), total: prefix.total }
  }
  const extended = (prefix: Prefix, parent: number): ExtendedHypothesis => ({
    ...partial(prefix),
    parent,
    logProbability: prefix.logProbability,
  })
  return {
    get live() {
      return search.live
    },
    advance(next: readonly NextToken[]) {
      step += 1
      const live = [...search.live]
      const before = new Set(search.results().map(({ prefix }) => prefix))
      const asked = live.map((prefix, i) => ({
        ...partial(prefix),
        // The step's own memory is used again by the next one.
        logProbabilities: Float32Array.from(next[i]!.logProbabilities),
      }))
      const branches = search.advance(next)
      const isDone = search.live.length === 0
      const ended = search
        .results()
        .filter(({ prefix }) => !before.has(prefix) && (isDone || isComplete(prefix)))
        .map(({ prefix, score }) => ({ ...extended(prefix, live.indexOf(prefix.previous!)), score }))
      const kept = branches.map(({ prefix, parent }) => extended(prefix, parent))
      tell({ step, asked, kept, finished: ended.filter(({ parent }) => parent >= 0) })
      return branches
    },
    results: () => search.results(),
  }
}
