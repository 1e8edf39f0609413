import type { Prefix } from './prefix.ts'
import type { ScoredPrefix } from './search.ts'
import { type ScoreOptions, scoreBound, scoreOf } from './target-score.ts'

/** When a beam search is done: see {@link FinishedTargets.isDone}. */
export type EarlyStopping = boolean | 'never'

/** How finished targets are ranked, and when there are enough of them. */
export interface StopRule {
  readonly score: ScoreOptions
  /** How many are kept, and are enough. */
  readonly size: number
  readonly earlyStopping: EarlyStopping
  readonly maxLength: number
}

/** The best finished targets of one search. */
export class FinishedTargets {
  private readonly rule: StopRule
  private targets: readonly ScoredPrefix[] = []

  constructor(rule: StopRule) {
    this.rule = rule
  }

  /** Best first; of equal scores the one that was finished first stays ahead. */
  get all(): readonly ScoredPrefix[] {
    return this.targets
  }

  add(prefixes: readonly Prefix[]): void {
    if (prefixes.length === 0) return
    const scored = prefixes.map((prefix) => ({ prefix, score: scoreOf(prefix, this.rule.score) }))
    this.targets = [...this.targets, ...scored].sort((a, b) => b.score - a.score).slice(0, this.rule.size)
  }

  /**
   * Whether no live prefix needs to go on, as Hugging Face's `generate` judges: with `earlyStopping`
   * true as soon as enough targets are finished; with false when moreover the best live prefix, scored as
   * if it ended now, is not above the worst of them; with `never` when it could not be above it at any
   * length, its total being what it is.
   *
   * @param best the live prefix of the highest total, if there is one.
   */
  isDone(best: Prefix | undefined): boolean {
    const { size, earlyStopping, maxLength, score } = this.rule
    if (!best) return true
    if (this.targets.length < size) return false
    if (earlyStopping === true) return true
    const hope = earlyStopping === 'never' ? scoreBound(best, maxLength, score) : scoreOf(best, score)
    return hope <= this.targets.at(-1)!.score
  }
}
