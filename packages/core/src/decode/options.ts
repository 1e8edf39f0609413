import type { EarlyStopping } from './finished-targets.ts'
import type { SearchStep } from './search-step.ts'
import type { TokenizedSource } from './source-batches.ts'
import type { StreamedToken } from './streamed-token.ts'
import type { LengthPenaltyKind } from './target-score.ts'

/** How many sources run at once, and what stops them. */
export interface BatchOptions {
  /** Sources a batch. Default 32. It changes speed and memory, not results. */
  readonly batchSize?: number | undefined
  /** Source lengths are rounded up to a multiple of this, so that fewer shapes occur. Default 1. */
  readonly lengthMultiple?: number | undefined
  /** Looked at before each step; then AbortError is thrown. */
  readonly signal?: AbortSignal | undefined
}

/** A token of the target: an ordinary one by its text, any by its id; `<pad>` and `<sos>` are refused. */
export type TokenReference = string | number

/** Tokens of the target: a text, which the target's tokenizer reads, or ids. */
export type TargetTokens = string | readonly number[] | Int32Array

/** Which tokens may follow what is written. */
export type AllowedTokens = (prefixIds: readonly number[], source: TokenizedSource) => Iterable<number>

/** Options of beam search. */
export interface BeamSearchOptions {
  /** Prefixes kept for each source. Default 1: greedy. */
  readonly beams?: number | undefined
  /** Hypotheses returned for each source, at most `beams`. Default 1. */
  readonly nbest?: number | undefined
  /** p in score = Σ log-probabilities / length^p. Default 1; more favours longer targets. */
  readonly lengthPenalty?: number | undefined
  /** `average`, the default: length^p; `wu`: ((5 + length) / 6)^p. */
  readonly lengthPenaltyKind?: LengthPenaltyKind | undefined
  /** β of the coverage term that is added to a score; needs attention. Default 0. */
  readonly coveragePenalty?: number | undefined
  /** When enough targets are finished: true, false or `never`. Default false. */
  readonly earlyStopping?: EarlyStopping | undefined
  /** Enough are beams · patience finished targets. Default 1. */
  readonly patience?: number | undefined
  /** Groups that the beams are split into, from 2 up; with `diversityPenalty`. Default: none. */
  readonly beamGroups?: number | undefined
  /** What a token loses for each time that an earlier group has just taken it; with `beamGroups`. */
  readonly diversityPenalty?: number | undefined
}

/** Options of drawing: all but `sample` apply with `sample` only. */
export interface SamplingOptions {
  /** Draw each token instead of taking the best. Default false. */
  readonly sample?: boolean | undefined
  /** Divides the log-probabilities before a draw; above 0. Default 1. */
  readonly temperature?: number | undefined
  /** Draw from the k most likely tokens only. Default: all. */
  readonly topK?: number | undefined
  /** Draw from the fewest most likely tokens with a probability of p together. Default 1: all. */
  readonly topP?: number | undefined
  /** Draw from tokens with at least p times the probability of the likeliest. Default 0: all. */
  readonly minP?: number | undefined
  /** Draw from the fewest most typical tokens with a probability of p together. Default 1: all. */
  readonly typicalP?: number | undefined
  /** Which draws, a whole number from 0 to 2^53 − 1. Default 0. */
  readonly seed?: number | undefined
}

/** Options that say what may be written, whichever way it is searched for. */
export interface TargetOptions {
  /** Least tokens before `<eos>`. Default 0. */
  readonly minLength?: number | undefined
  /** Most tokens, `<eos>` counted. Default 2 · source tokens + 50 + minLength, `<eos>` counted in the source. */
  readonly maxLength?: number | undefined
  /** Above 1 tokens that were written are less likely to come again, below 1 more. Default 1. */
  readonly repetitionPenalty?: number | undefined
  /** No run of this many tokens occurs twice. Default: all may. */
  readonly noRepeatNgramSize?: number | undefined
  /** The first generated token. */
  readonly forcedFirst?: TokenReference | undefined
  /** The token at `maxLength`, for targets that come so far; mostly 3, the id of `<eos>`. */
  readonly forcedLast?: TokenReference | undefined
  /** Tokens that are never generated. */
  readonly suppressTokens?: readonly TokenReference[] | undefined
  /** Numbers added to the log-probabilities of tokens. */
  readonly tokenBias?: readonly (readonly [token: TokenReference, bias: number])[] | undefined
  /** Writes the source token that was looked at most in place of `<unk>`; needs attention. Default false. */
  readonly replaceUnknown?: boolean | undefined
}

/**
 * How targets are generated: greedily by default, by beam search with `beams` above 1, by drawing with
 * `sample`. An option that does not apply to the way chosen is refused. `docs/decoding.md` has the rules.
 */
export interface GenerateOptions extends BatchOptions, BeamSearchOptions, SamplingOptions, TargetOptions {
  /** How each target begins: one for all sources, or a list with one for each. */
  readonly targetPrefix?: TargetTokens | readonly TargetTokens[] | undefined
  /** Gives the ids that may follow `prefixIds`, which begin with the target prefix, for a source. */
  readonly allowedTokens?: AllowedTokens | undefined
  /** Words or phrases that must occur, for all sources or by source; with beams. */
  readonly mustContain?:
    | readonly TargetTokens[]
    | ((source: TokenizedSource) => readonly TargetTokens[])
    | undefined
  /** Return where the decoder looked; `all`: of every layer and head. Only of a decoder with attention. */
  readonly attention?: boolean | 'all' | undefined
  /** Called with each token as it is generated and the place of its source in the call; without beams. */
  readonly onToken?: ((token: StreamedToken, index: number) => void) | undefined
  /** Called after each step with what the search did, and the place of its source in the call: a beam's tree. */
  readonly onStep?: ((step: SearchStep, index: number) => void) | undefined
}

/** Options of {@link GenerateOptions} that were checked, with defaults where they do not depend on the source. */
export interface GenerateSettings {
  readonly beams: number
  readonly nbest: number
  readonly lengthPenalty: number
  readonly lengthPenaltyKind: LengthPenaltyKind
  readonly coveragePenalty: number
  readonly earlyStopping: EarlyStopping
  readonly patience: number
  readonly beamGroups: number
  readonly diversityPenalty: number
  readonly sample: boolean
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly minP: number
  readonly typicalP: number
  readonly seed: number
  readonly minLength: number
  readonly maxLength: number | undefined
  readonly repetitionPenalty: number
  readonly noRepeatNgramSize: number
  readonly forcedFirst: TokenReference | undefined
  readonly forcedLast: TokenReference | undefined
  readonly suppressTokens: readonly TokenReference[]
  readonly tokenBias: readonly (readonly [token: TokenReference, bias: number])[]
  readonly replaceUnknown: boolean
  readonly targetPrefix: GenerateOptions['targetPrefix']
  readonly allowedTokens: AllowedTokens | undefined
  readonly mustContain: GenerateOptions['mustContain']
  readonly attention: boolean | 'all'
  readonly onToken: GenerateOptions['onToken']
  readonly onStep: GenerateOptions['onStep']
  readonly batchSize: number
  readonly lengthMultiple: number
  readonly signal: AbortSignal | undefined
}
