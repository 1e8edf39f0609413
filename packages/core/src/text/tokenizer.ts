import { createSplitter, type NormalizationOptions, type Splitter, type SplitterType } from './splitter.ts'
import { EOS_ID, PAD_ID, SOS_ID, Vocabulary, type VocabularyOptions } from './vocabulary.ts'

/** A tokenizer as it stands in `tokenizer.json`; the place of a token in `vocabulary` is its id. */
export interface TokenizerConfig {
  readonly type: SplitterType
  readonly normalization: 'NFC' | 'none'
  readonly lowercase: boolean
  readonly vocabulary: readonly string[]
}

/**
 * Text to ids and back. `type` names the kind, so that subword tokenizers can join later.
 *
 * - `tokenize` and `detokenize`: text ↔ tokens, without the vocabulary.
 * - `encode`: text → ids, without `<sos>` and `<eos>` (batching adds them); never a special id other
 *   than `<unk>`, whatever the text spells.
 * - `decode`: ids → text; stops at `<eos>`, passes over `<pad>` and `<sos>`, shows `<unk>` as such.
 *   DataError for an id outside the vocabulary.
 */
export interface Tokenizer {
  readonly type: string
  readonly vocabulary: Vocabulary
  tokenize(text: string): string[]
  detokenize(tokens: readonly string[]): string
  encode(text: string): Int32Array
  decode(ids: ArrayLike<number>): string
  toJSON(): TokenizerConfig
}

/** What `buildTokenizer` makes: the splitter's type, its normalization, the vocabulary's bounds. */
export interface TokenizerOptions extends NormalizationOptions, VocabularyOptions {
  readonly type: SplitterType
}

/** The tokens of a decoded sequence: up to `<eos>`, without `<pad>` and `<sos>`. */
export function decodeTokens(ids: ArrayLike<number>, vocabulary: Vocabulary): string[] {
  const tokens: string[] = []
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number
    if (id === EOS_ID) break
    if (id !== PAD_ID && id !== SOS_ID) tokens.push(vocabulary.tokenOf(id))
  }
  return tokens
}

/** A tokenizer from a splitter and a vocabulary of its tokens. */
export function createTokenizer(splitter: Splitter, vocabulary: Vocabulary): Tokenizer {
  const { type, normalization, lowercase } = splitter
  return {
    type,
    vocabulary,
    tokenize: (text) => splitter.tokenize(text),
    detokenize: (tokens) => splitter.detokenize(tokens),
    encode: (text) => vocabulary.ids(splitter.tokenize(text)),
    decode: (ids) => splitter.detokenize(decodeTokens(ids, vocabulary)),
    toJSON: () => ({ type, normalization, lowercase, vocabulary: vocabulary.toArray() }),
  }
}

/**
 * A tokenizer whose vocabulary is counted from texts.
 *
 *   buildTokenizer(pairs.map((pair) => pair.source), { type: 'char' })
 *
 * @throws OptionError for an unknown type or a bound out of range.
 */
export function buildTokenizer(texts: Iterable<string>, options: TokenizerOptions): Tokenizer {
  const splitter = createSplitter(options.type, options)
  function* sequences(): Generator<string[]> {
    for (const text of texts) yield splitter.tokenize(text)
  }
  return createTokenizer(splitter, Vocabulary.build(sequences(), options))
}
