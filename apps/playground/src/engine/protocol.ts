import type { GenerateOptions, Hypothesis, Inspection, SearchStep } from '@dragoman/core'

/** What a page may know of an opened model. */
export interface ModelFacts {
  readonly config: unknown
  readonly parameters: number
  readonly hasAttention: boolean
  readonly sourceTokens: number
  readonly targetTokens: number
  readonly backend: string
  readonly info: Readonly<Record<string, string | number | boolean>>
  /** Milliseconds from nothing to a loaded model, and to a backend. */
  readonly loadMs: number
  readonly backendMs: number
}

/** How a target is written; numbers and flags only, so that it travels. */
export type DecodeOptions = Pick<
  GenerateOptions,
  'beams' | 'nbest' | 'lengthPenalty' | 'sample' | 'temperature' | 'topK' | 'topP' | 'seed' | 'maxLength'
>

/** A token at the moment it is written. */
export interface TokenNews {
  readonly token: string
  readonly text: string
  readonly logProbability: number
  readonly ms: number
}

/** What was written for a source. */
export interface Answer {
  readonly sourceTokens: readonly string[]
  /** Tokens of the source that the model has never seen. */
  readonly unknown: readonly string[]
  readonly hypotheses: readonly Hypothesis[]
  readonly firstMs: number
  readonly totalMs: number
}

/** A token that may come next. */
export interface Candidate {
  readonly token: string
  readonly probability: number
}

/** Everything that the view "look inside" draws of one pair. */
export interface Look {
  readonly source: string
  /** What the decoder was given: the true target, or its own. */
  readonly target: string
  readonly sourceIds: readonly number[]
  readonly targetIds: readonly number[]
  readonly inspection: Inspection
  /** Of each step with the given target's tokens before it: the likeliest next tokens, the best first. */
  readonly forced: readonly (readonly Candidate[])[]
  /** The model's own way: each step reads what the one before wrote. */
  readonly free: { readonly text: string; readonly tokens: readonly string[] }
  /** The steps of a beam search. */
  readonly tree: readonly SearchStep[]
  readonly best: readonly Hypothesis[]
}

/** What one backend makes of one source. */
export interface Measurement {
  readonly text: string
  readonly tokens: number
  /** What the backend says of itself: threads, SIMD, the adapter. */
  readonly info: Readonly<Record<string, string | number | boolean>>
  /** Milliseconds: to load and start the backend, to load the model, to compile and write the first token, and for each token after. */
  readonly backendMs: number
  readonly modelMs: number
  readonly firstMs: number
  readonly tokenMs: number
  /** Bytes that the backend holds for the model. */
  readonly bytes: number
  /** [T, V] of the target given, for comparison. */
  readonly logits: Float32Array
}
