import { EOS_ID, SOS_ID } from '../text/index.ts'
import type { NextToken, StepAttention } from './search.ts'

/**
 * A target as far as it is written: a value, shared by all that go on from it. The first prefix is
 * `<sos>` alone, of length 0.
 */
export interface Prefix {
  /** The one without the last token; none for the first. */
  readonly previous: Prefix | undefined
  /** The last token. */
  readonly id: number
  /** Generated tokens, `<eos>` counted, those of a given target prefix not. */
  readonly length: number
  /** log p of the last token by the model, in nats, before any processor. */
  readonly logProbability: number
  /** The sum over the generated tokens of what the search goes by, in nats. */
  readonly total: number
  /** Where the decoder looked for the last token; only where attention was asked for. */
  readonly attention: StepAttention | undefined
}

/** Before the first token. */
export const emptyPrefix: Prefix = {
  previous: undefined,
  id: SOS_ID,
  length: 0,
  logProbability: 0,
  total: 0,
  attention: undefined,
}

/**
 * A prefix with one more token.
 *
 * @param score what the search goes by: log p, or what processors made of it.
 */
export function extend(previous: Prefix, id: number, score: number, next: NextToken): Prefix {
  return {
    previous,
    id,
    length: previous.length + 1,
    logProbability: next.logProbabilities[id]!,
    total: previous.total + score,
    attention: next.attention,
  }
}

/** A prefix with one more token that the caller gave: it counts neither in the length nor in the total. */
export function extendGiven(previous: Prefix, id: number, next: NextToken): Prefix {
  const { length, total } = previous
  return { ...extend(previous, id, 0, next), length, total }
}

/** Whether its last token is `<eos>`. */
export function isComplete({ id }: Prefix): boolean {
  return id === EOS_ID
}

/** The prefixes of one token, two tokens … up to this one. */
export function stepsOf(prefix: Prefix): Prefix[] {
  const steps: Prefix[] = []
  for (let at = prefix; at.previous; at = at.previous) steps.push(at)
  return steps.reverse()
}

/** The ids of a prefix, in order, without `<sos>`. */
export function idsOf(prefix: Prefix): number[] {
  const ids: number[] = []
  for (let at = prefix; at.previous; at = at.previous) ids.push(at.id)
  return ids.reverse()
}
