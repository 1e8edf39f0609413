export type {
  AttentionConfig,
  DecoderConfig,
  EncoderConfig,
  FramesConfig,
  ModelConfig,
  OutputConfig,
  RnnDecoderConfig,
  RnnEncoderConfig,
  SourceConfig,
  TiedEmbeddings,
  TokensConfig,
} from './config.ts'
export { configVersion } from './config.ts'
export { readModelConfig } from './config-reader.ts'
export type { DecodedSequence, Decoder, DecoderCache, DecoderStart, DecoderStep } from './decoder.ts'
export type { Encoded, Encoder, SourceType } from './encoder.ts'
export type { FrameBatch } from './frame-batch.ts'
export { frameBatch } from './frame-batch.ts'
export { initialValue } from './initial-weights.ts'
export type { Model } from './model.ts'
export { countParameters, createModel } from './model.ts'
export { loadModel, modelFiles, saveModel } from './model-folder.ts'
export type { Preset, PresetName } from './presets.ts'
export { preset, presetNames } from './presets.ts'
export type { Seq2SeqParts } from './seq2seq.ts'
export { createSeq2Seq, Seq2Seq } from './seq2seq.ts'
export type {
  TransformerDecoderConfig,
  TransformerEncoderConfig,
  TransformerStackConfig,
} from './transformer-config.ts'
