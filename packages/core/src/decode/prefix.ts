import { EOS_ID, SOS_ID } from '../text/index.ts'

/**
 * A target as far as it is written: a value, shared by all that go on from it. The first prefix is
 * `<sos>` alone, of length 0.
 */
export interface Prefix {
  /** The one without the last token; none for the first. */
  readonly previous: Prefix | undefined
  /** The last token. */
  readonly id: number
  /** Generated tokens, `<eos>` counted. */
  readonly length: number
  /** log p of the last token by the model, in nats, before any processor. */
  readonly logProbability: number
  /** The sum over its tokens of what the search goes by, in nats. */
  readonly total: number
  /** [S], where the decoder looked for the last token; only where attention was asked for. */
  readonly attention: Float32Array | undefined
}

/** A token to go on with. */
export interface Choice {
  readonly id: number
  /** What the search goes by: log p, or what processors made of it. */
  readonly score: number
  readonly logProbability: number
  readonly attention: Float32Array | undefined
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

/** A prefix with one more token. */
export function extend(previous: Prefix, { id, score, logProbability, attention }: Choice): Prefix {
  const { length, total } = previous
  return { previous, id, length: length + 1, logProbability, total: total + score, attention }
}

/** Whether its last token is `<eos>`. */
export function isComplete({ id }: Prefix): boolean {
  return id === EOS_ID
}

/** The prefixes of length 1, 2, … up to this one. */
export function stepsOf(prefix: Prefix): Prefix[] {
  const steps: Prefix[] = []
  for (let at = prefix; at.previous; at = at.previous) steps.push(at)
  return steps.reverse()
}
