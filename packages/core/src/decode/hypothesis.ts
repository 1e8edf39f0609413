import type { Tokenizer } from '../text/index.ts'
import type { Prefix } from './prefix.ts'
import { isComplete, stepsOf } from './prefix.ts'
import type { ScoredPrefix } from './search.ts'

/** A generated target. */
export interface Hypothesis {
  readonly text: string
  /** Without `<eos>`. */
  readonly tokens: readonly string[]
  /** Of `tokens`. */
  readonly ids: Int32Array
  /** Σ log-probabilities / length^lengthPenalty, in nats; without beams the mean per generated token. */
  readonly score: number
  /** `eos`: it ended by itself; `length`: it was cut at maxLength. */
  readonly finished: 'eos' | 'length'
  /**
   * log p of each generated token by the model, in nats, whatever the options made of it. One for each of
   * `tokens`, and with `finished: 'eos'` a last one for `<eos>`.
   */
  readonly logProbabilities: Float64Array
  /**
   * Where the decoder looked, [logProbabilities.length, sourceTokens.length], row after row; each sums to 1.
   * Only where attention was asked for.
   */
  readonly attention?: Float32Array
}

/** What a search found, as a user reads it. */
export function hypothesisOf({ prefix, score }: ScoredPrefix, tokenizer: Tokenizer): Hypothesis {
  const steps = stepsOf(prefix)
  const isEnded = isComplete(prefix)
  const ids = Int32Array.from(isEnded ? steps.slice(0, -1) : steps, ({ id }) => id)
  const tokens = tokenizer.vocabulary.tokens(ids)
  const attention = attentionOf(steps)
  return {
    text: tokenizer.detokenize(tokens),
    tokens,
    ids,
    score,
    finished: isEnded ? 'eos' : 'length',
    logProbabilities: Float64Array.from(steps, ({ logProbability }) => logProbability),
    ...(attention ? { attention } : {}),
  }
}

function attentionOf(steps: readonly Prefix[]): Float32Array | undefined {
  const width = steps[0]?.attention?.length
  if (width === undefined) return undefined
  const weights = new Float32Array(steps.length * width)
  steps.forEach(({ attention }, t) => {
    weights.set(attention!, t * width)
  })
  return weights
}
