export type {
  AttentionConfig,
  DecoderConfig,
  EncoderConfig,
  ModelConfig,
  OutputConfig,
  RnnDecoderConfig,
  RnnEncoderConfig,
} from './config.ts'
export { configVersion } from './config.ts'
export { readModelConfig } from './config-reader.ts'
export type { Decoder, DecoderStart, DecoderStep } from './decoder.ts'
export type { Encoded, Encoder } from './encoder.ts'
export { initialValue } from './initial-weights.ts'
export type { Model } from './model.ts'
export { countParameters, createModel } from './model.ts'
export { loadModel, modelFiles, saveModel } from './model-folder.ts'
export type { Seq2SeqParts } from './seq2seq.ts'
export { createSeq2Seq, Seq2Seq } from './seq2seq.ts'
