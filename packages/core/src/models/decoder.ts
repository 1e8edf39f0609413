import type { Tensors } from '../graph/scan.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Randomness } from '../nn/random.ts'
import type { Encoded } from './encoder.ts'

/** What a decoder begins with. A row is a hypothesis: several may stand for one source. */
export interface DecoderStart {
  /** Changes with every token; [R, ...] each. */
  readonly state: Tensors
  /** Stays for the whole source; [R, ...] each. */
  readonly memory: Tensors
}

/** What one step gives. */
export interface DecoderStep {
  /** [R, V], unnormalised log-probabilities of the next token. */
  readonly logits: Tensor<'float'>
  readonly state: Tensors
  /** [R, S], where the decoder looked; none for a decoder without attention. */
  readonly weights?: Tensor<'float'>
}

/** How a whole target is read while training. */
export interface SequenceOptions {
  readonly random?: Randomness | undefined
  /**
   * [B, T], scheduled sampling: where it is false the decoder is fed its own prediction (the most
   * likely token) instead of the true one. Column 0 must be true. Bengio et al. 2015, arXiv:1506.03099.
   */
  readonly isTeacher?: Tensor<'bool'> | undefined
}

/** Writes targets. Search asks it for one step after another and never needs to know what it is. */
export interface Decoder {
  /** The state before the first token. */
  start(encoded: Encoded): DecoderStart
  /** One token further: ids int [R] are the tokens before. */
  step(ids: Tensor<'int'>, state: Tensors, memory: Tensors): DecoderStep
  /**
   * Teacher forcing: all steps at once, the true token before each being known.
   *
   * @param ids int [B, T], the target shifted right: `<sos>` y₁ … y_{T−1}.
   * @returns logits [B, T, V], and weights [B, T, S] of a decoder with attention.
   */
  sequence(
    ids: Tensor<'int'>,
    encoded: Encoded,
    options?: SequenceOptions,
  ): { logits: Tensor<'float'>; weights?: Tensor<'float'> }
}
