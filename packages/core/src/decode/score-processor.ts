import type { Prefix } from './prefix.ts'

/**
 * Changes the scores of the next token in place: a token that may not follow gets −Infinity.
 *
 * @param scores [V], log-probabilities in nats, or what the processors before made of them.
 * @param prefix what is written so far.
 */
export type ScoreProcessor = (scores: Float64Array, prefix: Prefix) => void
