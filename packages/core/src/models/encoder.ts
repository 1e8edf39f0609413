import type { Tensor } from '../graph/tensor.ts'
import type { Randomness } from '../nn/random.ts'
import type { CellState } from '../nn/rnn-cell.ts'

/** What an encoder makes of a batch of sources. */
export interface Encoded {
  /** The states h₁…h_S of the last layer [B, S, D], 0 at padding. */
  readonly memory: Tensor<'float'>
  /** [B, S], true for a real token. */
  readonly isReal: Tensor<'bool'>
  /** The context vector C: the last layer's state after the last real token, [B, D]. */
  readonly context: Tensor<'float'>
  /** The last state of each layer [B, D]; the two directions of a bidirectional layer side by side. */
  readonly final: readonly CellState[]
}

/** Reads sources. */
export interface Encoder {
  /** D, the features of a memory entry. */
  readonly outputSize: number
  /**
   * @param source  token ids int [B, S], padded at the end.
   * @param lengths int [B], real tokens of each row.
   * @param random  where dropout masks come from while training.
   */
  encode(source: Tensor<'int'>, lengths: Tensor<'int'>, random?: Randomness): Encoded
}
