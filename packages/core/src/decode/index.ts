export type { AttentionMap } from './attention-map.ts'
export type { EncodedSource, FinalState } from './encode.ts'
export { encode } from './encode.ts'
export type { EarlyStopping } from './finished-targets.ts'
export type { Generated } from './generate.ts'
export { generate } from './generate.ts'
export type { GenerationConfig } from './generation-config.ts'
export { readGenerationConfig, withGenerationDefaults, writeGenerationConfig } from './generation-config.ts'
export type { AttentionLevel, StepVariant } from './graphs.ts'
export { encodeGraph, scoreGraph, startGraph, stepGraph as decodeStepGraph } from './graphs.ts'
export type { Hypothesis } from './hypothesis.ts'
export type { Inspection } from './inspect.ts'
export { inspect } from './inspect.ts'
export type {
  AllowedTokens,
  BatchOptions,
  BeamSearchOptions,
  GenerateOptions,
  SamplingOptions,
  TargetOptions,
  TargetTokens,
  TokenReference,
} from './options.ts'
export type { ScoredTarget } from './score.ts'
export { perplexity, score } from './score.ts'
export type { AskedHypothesis, ExtendedHypothesis, PartialHypothesis, SearchStep } from './search-step.ts'
export type { Source, TokenizedSource } from './source-batches.ts'
export type { StreamOptions } from './stream.ts'
export { stream } from './stream.ts'
export type { StreamedToken } from './streamed-token.ts'
export type { LengthPenaltyKind } from './target-score.ts'
