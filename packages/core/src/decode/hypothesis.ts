import type { Tokenizer } from '../text/index.ts'
import { UNK_ID } from '../text/index.ts'
import { type AttentionMap, layersOf } from './attention-map.ts'
import type { Prefix } from './prefix.ts'
import { isComplete, stepsOf } from './prefix.ts'
import type { ScoredPrefix } from './search.ts'
import type { TokenizedSource } from './source-batches.ts'
import type { TargetRules } from './target-rules.ts'

/** A generated target. A target prefix stands at its front, in every field but `score`. */
export interface Hypothesis {
  readonly text: string
  /** Without `<eos>`; with `replaceUnknown` source tokens stand for `<unk>`. */
  readonly tokens: readonly string[]
  /** Without `<eos>`; those of the model, whatever stands for `<unk>`. */
  readonly ids: Int32Array
  /** What beams are ranked by (`docs/decoding.md`); without beams the mean log p of a generated token. */
  readonly score: number
  /** `eos`: it ended by itself; `length`: it was cut at maxLength. */
  readonly finished: 'eos' | 'length'
  /**
   * log p of each token by the model, in nats, whatever the options made of it. One for each of
   * `tokens`, and with `finished: 'eos'` a last one for `<eos>`.
   */
  readonly logProbabilities: Float64Array
  /**
   * Where the decoder looked, [logProbabilities.length, sourceTokens.length], row after row; each sums to 1.
   * Only where attention was asked for.
   */
  readonly attention?: Float32Array
  /** The same of every layer and head by name; only with `attention: 'all'`. */
  readonly layers?: Readonly<Record<string, AttentionMap>>
}

/** What a search found, as a user reads it. */
export function hypothesisOf(
  { prefix, score }: ScoredPrefix,
  source: TokenizedSource,
  rules: Pick<TargetRules, 'attention' | 'replaceUnknown'>,
  tokenizer: Tokenizer,
): Hypothesis {
  const steps = stepsOf(prefix)
  const isEnded = isComplete(prefix)
  const written = isEnded ? steps.slice(0, -1) : steps
  const tokens = written.map((step) => {
    const replacement = rules.replaceUnknown && step.id === UNK_ID ? mostAttended(step, source) : undefined
    return replacement ?? tokenizer.vocabulary.tokenOf(step.id)
  })
  const attention = rules.attention ? attentionOf(steps) : undefined
  return {
    text: tokenizer.detokenize(tokens),
    tokens,
    ids: Int32Array.from(written, ({ id }) => id),
    score,
    finished: isEnded ? 'eos' : 'length',
    logProbabilities: Float64Array.from(steps, ({ logProbability }) => logProbability),
    ...(attention ? { attention } : {}),
    ...(steps[0]?.attention?.layers ? { layers: layersOf(steps) } : {}),
  }
}

/** The source token that a step looked at most, `<eos>` apart; the first of equal ones; none of an empty source. */
function mostAttended({ attention }: Prefix, { tokens }: TokenizedSource): string | undefined {
  const weights = attention!.weights!
  let best = 0
  for (let i = 1; i < tokens.length - 1; i++) if (weights[i]! > weights[best]!) best = i
  return tokens.length > 1 ? tokens[best] : undefined
}

function attentionOf(steps: readonly Prefix[]): Float32Array | undefined {
  const width = steps[0]?.attention?.weights?.length
  if (width === undefined) return undefined
  const weights = new Float32Array(steps.length * width)
  steps.forEach(({ attention }, t) => {
    weights.set(attention!.weights!, t * width)
  })
  return weights
}
