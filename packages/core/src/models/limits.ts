import { DataError } from '../errors.ts'
import type { Model } from './model.ts'

/** A pair as ids, without `<sos>` and `<eos>`, and its place among all pairs. */
interface IdPair {
  readonly source: ArrayLike<number>
  readonly target: ArrayLike<number>
  readonly index: number
}

/**
 * Refuses pairs that a model cannot read by teacher forcing: frames have no ids, and learned positions end.
 *
 * @throws DataError naming the first pair, its length, and the most that the model reads.
 */
export function expectReadable({ config, encoder, decoder }: Model, pairs: readonly IdPair[]): void {
  if (config.encoder.input?.type === 'frames') {
    throw new DataError({ problem: 'this model reads frames, not texts' })
  }
  for (const side of ['source', 'target'] as const) {
    const { maxLength = Number.POSITIVE_INFINITY } = side === 'source' ? encoder : decoder
    const long = pairs.find((pair) => pair[side].length + 1 > maxLength)
    if (!long) continue
    const length = `${long[side].length + 1} tokens, <eos> counted`
    throw new DataError({
      problem: `the ${side} of pair ${long.index} has ${length}; the model reads at most ${maxLength}`,
      hint: 'split it, leave it out, or give the model more positions',
    })
  }
}
