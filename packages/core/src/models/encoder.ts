import type { Shape } from '../graph/dims.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Randomness } from '../nn/random.ts'
import type { CellState } from '../nn/rnn-cell.ts'

/** What an encoder makes of a batch of sources. */
export interface Encoded {
  /** The states h₁…h_S of the last layer [B, S, D], 0 at padding. */
  readonly memory: Tensor<'float'>
  /** [B, S], true for a real token. */
  readonly isReal: Tensor<'bool'>
  /**
   * The context vector C [B, D]: of a recurrent net the last layer's state after the last real token, of a
   * Transformer the mean of its real states.
   */
  readonly context: Tensor<'float'>
  /**
   * The last state of each layer [B, D]; the two directions of a bidirectional layer side by side. Of a
   * Transformer the context alone.
   */
  readonly final: readonly CellState[]
  /** Weights of every layer and head [B, H, S, S] by name; none of a recurrent net. */
  readonly attention?: Readonly<Record<string, Tensor<'float'>>>
}

/** What a batch of sources is, as the input of a graph. */
export interface SourceType {
  /** `int` for token ids, `float` for frames. */
  readonly kind: 'int' | 'float'
  /** With the symbols `batch` and `source`. */
  readonly shape: Shape
}

/** Reads sources. */
export interface Encoder {
  /** D, the features of a memory entry. */
  readonly outputSize: number
  /** The longest source that it can read, in tokens or memory entries; no limit where it is left out. */
  readonly maxLength?: number | undefined
  readonly source: SourceType
  /**
   * @param source  token ids int [B, S], padded at the end; or frames float [B, S, reduction · features],
   *   which is [B, frames, features] with `reduction` of them in a row, padded with zeros.
   * @param lengths int [B], real tokens or frames of each row.
   * @param random  where dropout masks come from while training.
   */
  encode(source: Tensor, lengths: Tensor<'int'>, random?: Randomness): Encoded
}
