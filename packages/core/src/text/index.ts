export {
  charSplitter,
  createSplitter,
  type NormalizationOptions,
  SPLITTER_TYPES,
  type Splitter,
  type SplitterType,
  spaceSplitter,
  wordSplitter,
} from './splitter.ts'
export {
  buildTokenizer,
  createTokenizer,
  decodeTokens,
  type Tokenizer,
  type TokenizerConfig,
  type TokenizerOptions,
} from './tokenizer.ts'
export {
  type TokenizerFile,
  type TokenizerPair,
  tokenizersFromJson,
  tokenizersToJson,
} from './tokenizer-file.ts'
export {
  EOS_ID,
  PAD_ID,
  SOS_ID,
  SPECIAL_TOKENS,
  UNK_ID,
  Vocabulary,
  type VocabularyOptions,
} from './vocabulary.ts'
