import { OptionError } from '../errors.ts'
import { EOS_ID } from '../text/index.ts'
import { idsOf } from './prefix.ts'
import type { ScoreProcessor } from './score-processor.ts'

/** These tokens are never generated. */
export function suppressTokens(ids: readonly number[]): ScoreProcessor {
  return (scores) => {
    for (const id of ids) scores[id] = -Infinity
  }
}

/** No `<eos>` before `minLength` other tokens are there (Hugging Face: `min_new_tokens`). */
export function minimumLength(minLength: number): ScoreProcessor {
  return (scores, { length }) => {
    if (length < minLength) scores[EOS_ID] = -Infinity
  }
}

/** Adds a number to the score of each of these tokens (Hugging Face: `sequence_bias`, sequences of one). */
export function biasTokens(biases: readonly (readonly [id: number, bias: number])[]): ScoreProcessor {
  return (scores) => {
    for (const [id, bias] of biases) scores[id] = scores[id]! + bias
  }
}

/**
 * This token and no other as the generated token number `place`, from 0; its score is 0, so that
 * it moves no total (Hugging Face: `forced_bos_token_id`, `forced_eos_token_id`).
 */
export function forceToken(id: number, place: number): ScoreProcessor {
  return (scores, { length }) => {
    if (length === place) scores.fill(-Infinity)[id] = 0
  }
}

/**
 * Only the tokens that a function gives for what is written so far (Hugging Face:
 * `prefix_allowed_tokens_fn`).
 *
 * @throws OptionError when it gives no token, or one outside the vocabulary.
 */
export function allowTokens(allowed: (prefixIds: readonly number[]) => Iterable<number>): ScoreProcessor {
  let before = new Float64Array(0)
  return (scores, prefix) => {
    if (before.length !== scores.length) before = new Float64Array(scores.length)
    before.set(scores)
    scores.fill(-Infinity)
    const ids = idsOf(prefix)
    let isEmpty = true
    for (const id of allowed(ids)) {
      if (!Number.isInteger(id) || id < 0 || id >= scores.length) {
        throw new OptionError({
          option: 'allowedTokens',
          problem: `${String(id)} is no token id: they go from 0 to ${scores.length - 1}`,
        })
      }
      scores[id] = before[id]!
      isEmpty = false
    }
    if (!isEmpty) return
    const after = ids.length === 0 ? 'at the start' : `after the ids ${ids.join(', ')}`
    throw new OptionError({
      option: 'allowedTokens',
      problem: `it allows no token ${after}`,
      hint: `to end there, allow ${EOS_ID}, the id of <eos>`,
    })
  }
}
