import type { Tokenizer } from '../text/index.ts'
import type { AttentionMap } from './attention-map.ts'
import { layersOf } from './attention-map.ts'
import { hypothesisOf } from './hypothesis.ts'
import type { Search } from './search.ts'
import type { TokenizedSource } from './source-batches.ts'
import type { TargetRules } from './target-rules.ts'

/** A token at the moment it is generated. */
export interface StreamedToken {
  readonly token: string
  readonly id: number
  /** What it adds to the text, a space before it included; the target prefix and the pieces are the text. */
  readonly piece: string
  /** The text so far, the target prefix included. */
  readonly text: string
  /** log p by the model, in nats. */
  readonly logProbability: number
  /** [S], where the decoder looked, over the source's tokens and `<eos>`; only where it was asked for. */
  readonly attention?: Float32Array
  /** The same of every layer and head by name, one target token each; only with `attention: 'all'`. */
  readonly layers?: Readonly<Record<string, AttentionMap>>
  /** Why it is the last one: `<eos>` (which adds no piece), or maxLength. Absent before. */
  readonly finished?: 'eos' | 'length'
}

/** Follows a search of one hypothesis and tells its tokens. */
export class TokenStream {
  private readonly search: Search
  private readonly source: TokenizedSource
  private readonly rules: TargetRules
  private readonly tokenizer: Tokenizer
  private before: string
  private isOver = false

  constructor(search: Search, source: TokenizedSource, rules: TargetRules, tokenizer: Tokenizer) {
    this.search = search
    this.source = source
    this.rules = rules
    this.tokenizer = tokenizer
    this.before = tokenizer.detokenize(tokenizer.vocabulary.tokens(rules.prefixFor(source)))
  }

  /** The token of the step just done; none while the target prefix is read, and after the last one. */
  latest(): StreamedToken | undefined {
    const result = this.search.results()[0]
    if (!result || this.isOver) return undefined
    this.isOver = this.search.live.length === 0
    const { id, logProbability, attention } = result.prefix
    const { text, tokens, finished } = hypothesisOf(result, this.source, this.rules, this.tokenizer)
    const isEnd = finished === 'eos'
    const token = isEnd ? this.tokenizer.vocabulary.tokenOf(id) : tokens.at(-1)!
    const piece = text.slice(this.before.length)
    this.before = text
    return {
      token,
      id,
      piece,
      text,
      logProbability,
      ...(this.rules.attention && attention?.weights ? { attention: attention.weights } : {}),
      ...(attention?.layers ? { layers: layersOf([result.prefix]) } : {}),
      ...(this.isOver ? { finished } : {}),
    }
  }
}
