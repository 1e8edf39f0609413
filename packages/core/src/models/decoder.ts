import type { Shape } from '../graph/dims.ts'
import type { Tensors } from '../graph/scan.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Randomness } from '../nn/random.ts'
import type { Encoded } from './encoder.ts'

/**
 * A part of the state that has room for every step of a bucket of lengths: the keys or values of the
 * tokens so far. It is zeros before the first step; a step writes the entry `position` of its axis in
 * place, and reads nothing behind it. Whoever drives the decoder hands it in with `state`, and makes
 * it longer (zeros at the end) before `position` reaches its capacity.
 */
export interface DecoderCache {
  /** Its name in the state that goes into a step and comes out of it. */
  readonly name: string
  readonly kind: 'float'
  /** With the symbols `rows` and `capacity`. */
  readonly shape: Shape
  /** The axis of `capacity`. */
  readonly axis: number
}

/** What a decoder begins with. A row is a hypothesis: several may stand for one source. */
export interface DecoderStart {
  /** Changes with every token; [R, ...] each. The caches are not in it: they start as zeros. */
  readonly state: Tensors
  /** Stays for the whole source; [R, ...] each. */
  readonly memory: Tensors
}

/** What one step gives. */
export interface DecoderStep {
  /** [R, V], unnormalised log-probabilities of the next token. */
  readonly logits: Tensor<'float'>
  /** The state after this token, caches included. */
  readonly state: Tensors
  /**
   * [R, S], where the decoder looked; none for a decoder without attention. Of a Transformer: the
   * mean over the heads of the last layer's cross-attention.
   */
  readonly weights?: Tensor<'float'>
  /** Weights of every layer and head by name: [R, H, S] at the source, [R, H, capacity] at the target so far. */
  readonly attention?: Readonly<Record<string, Tensor<'float'>>>
}

/** What teacher forcing gives. */
export interface DecodedSequence {
  /** [B, T, V] */
  readonly logits: Tensor<'float'>
  /** [B, T, S], of a decoder with attention; see {@link DecoderStep.weights}. */
  readonly weights?: Tensor<'float'>
  /** Weights of every layer and head by name: [B, H, T, S] at the source, [B, H, T, T] at the target. */
  readonly attention?: Readonly<Record<string, Tensor<'float'>>>
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
  /** The caches that a step needs beside the state of `start`; none of a recurrent net. */
  readonly caches: readonly DecoderCache[]
  /** The longest target that it can read or write; no limit where it is left out. */
  readonly maxLength?: number | undefined
  /** The state before the first token. */
  start(encoded: Encoded): DecoderStart
  /**
   * One token further: ids int [R] are the tokens before. A decoder with caches counts in `position`,
   * int [R], the same for all rows: 0 at the start.
   */
  step(ids: Tensor<'int'>, state: Tensors, memory: Tensors): DecoderStep
  /**
   * Teacher forcing: all steps at once, the true token before each being known.
   *
   * @param ids int [B, T], the target shifted right: `<sos>` y₁ … y_{T−1}.
   * @throws OptionError for `isTeacher` where the decoder cannot be fed its own predictions.
   */
  sequence(ids: Tensor<'int'>, encoded: Encoded, options?: SequenceOptions): DecodedSequence
}
