import type { Prefix } from './prefix.ts'
import type { ScoreProcessor } from './score-processor.ts'

/** Where the decoder looked in one step. */
export interface StepAttention {
  /** [S] over the source; none where only `layers` has weights. */
  readonly weights: Float32Array | undefined
  /** [H, K] by name: every layer and head; only where all were asked for. */
  readonly layers?: Readonly<Record<string, LayerWeights>>
}

/** The weights of one layer in one step. */
export interface LayerWeights {
  /** [H, K], head after head. */
  readonly data: Float32Array
  /** H. */
  readonly heads: number
}

/** What the model says of the token after one prefix. */
export interface NextToken {
  /** [V], log-probabilities in nats. */
  readonly logProbabilities: ArrayLike<number>
  /** Only where attention was asked for. */
  readonly attention: StepAttention | undefined
}

/** A prefix to go on with, and which of the prefixes before it extends. */
export interface Branch {
  readonly prefix: Prefix
  /** Its place among the live prefixes before. */
  readonly parent: number
}

/** A target that a search has finished, and its score: larger is better. */
export interface ScoredPrefix {
  readonly prefix: Prefix
  readonly score: number
}

/**
 * Writes the target of one source. It holds prefixes and numbers only and never hears of a model
 * or a backend: whoever drives it has the next token predicted for every live prefix.
 */
export interface Search {
  /** Prefixes that want a next token; none when the search is done. */
  readonly live: readonly Prefix[]
  /**
   * Takes the prediction for each live prefix, in their order.
   *
   * @returns the live prefixes after it.
   */
  advance(next: readonly NextToken[]): readonly Branch[]
  /** What it found so far, best first; complete when nothing is live. */
  results(): readonly ScoredPrefix[]
}

/** What every search must keep to. */
export interface SearchLimits {
  /** What is written already; by default nothing. */
  readonly start?: Prefix
  /** Most tokens to generate, `<eos>` counted. */
  readonly maxLength: number
  /** Applied in this order to the log-probabilities before a token is chosen. */
  readonly processors: readonly ScoreProcessor[]
}

/** Scores after all processors: written into `scratch`, which is returned. */
export function processScores(
  { logProbabilities }: NextToken,
  prefix: Prefix,
  processors: readonly ScoreProcessor[],
  scratch: Float64Array,
): Float64Array {
  scratch.set(logProbabilities)
  for (const process of processors) process(scratch, prefix)
  return scratch
}
