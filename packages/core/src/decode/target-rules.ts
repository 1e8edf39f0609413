import { OptionError } from '../errors.ts'
import type { Tokenizer } from '../text/index.ts'
import { EOS_ID, PAD_ID, SOS_ID, UNK_ID } from '../text/index.ts'
import { LexicalConstraints } from './lexical-constraints.ts'
import { isTargetTokens } from './option-ranges.ts'
import type { GenerateSettings, TargetTokens, TokenReference } from './options.ts'
import { forbidRepeatedNgrams, penalizeRepetition } from './repetition.ts'
import { keepMinP, keepTopK, keepTopP, keepTypical, temperatureScale } from './sampling-filters.ts'
import type { ScoreProcessor } from './score-processor.ts'
import type { TokenizedSource } from './source-batches.ts'
import { allowTokens, biasTokens, forceToken, minimumLength, suppressTokens } from './token-masks.ts'

/** What the options say of targets, as ids of one vocabulary. */
export class TargetRules {
  /** Whether hypotheses are to show attention. */
  readonly attention: boolean
  readonly replaceUnknown: boolean
  private readonly settings: GenerateSettings
  private readonly tokenizer: Tokenizer
  private readonly forcedFirst: number | undefined
  private readonly forcedLast: number | undefined
  private readonly suppressed: readonly number[]
  private readonly biases: readonly (readonly [id: number, bias: number])[]
  private readonly prefixes: Int32Array | readonly Int32Array[]
  private readonly limit: number

  /**
   * @param count the number of sources.
   * @param limit the most tokens that the model can write, the prefix counted.
   * @throws OptionError for a token that the vocabulary does not hold, a contradiction, or prefixes that are
   *   not one for each source.
   */
  constructor(settings: GenerateSettings, tokenizer: Tokenizer, count: number, limit: number = Infinity) {
    this.settings = settings
    this.limit = limit
    this.tokenizer = tokenizer
    this.attention = settings.attention !== false
    this.replaceUnknown = settings.replaceUnknown
    const idOf = (option: string, token: TokenReference | undefined) =>
      token === undefined ? undefined : this.id(option, token)
    this.forcedFirst = idOf('forcedFirst', settings.forcedFirst)
    this.forcedLast = idOf('forcedLast', settings.forcedLast)
    this.suppressed = settings.suppressTokens.map((token) => this.id('suppressTokens', token))
    this.biases = settings.tokenBias.map(([token, bias]) => [this.id('tokenBias', token), bias])
    this.prefixes = this.readPrefixes(count)
    this.expectPossible()
    // Those of all sources are checked before any source is read.
    if (Array.isArray(settings.mustContain)) this.constraintsOf(settings.mustContain, settings.maxLength)
  }

  /** The ids that the target of a source begins with. */
  prefixFor({ index }: TokenizedSource): Int32Array {
    return this.prefixes instanceof Int32Array ? this.prefixes : this.prefixes[index]!
  }

  /** Most tokens to generate for a source. */
  maxLengthFor(source: TokenizedSource): number {
    const { maxLength, minLength } = this.settings
    const longest = maxLength ?? 2 * source.tokens.length + 50 + minLength
    return Math.min(longest, this.limit - this.prefixFor(source).length)
  }

  /** The phrases that the target of a source must contain; none where there are none. */
  constraintsFor(source: TokenizedSource, maxLength: number): LexicalConstraints | undefined {
    const { mustContain } = this.settings
    const given = typeof mustContain === 'function' ? mustContain(source) : (mustContain ?? [])
    if (!Array.isArray(given) || !given.every(isTargetTokens)) {
      fail('mustContain', `for source ${source.index} it gives no list of texts or ids`)
    }
    return given.length === 0 ? undefined : this.constraintsOf(given, maxLength)
  }

  private constraintsOf(given: readonly TargetTokens[], maxLength: number = this.limit): LexicalConstraints {
    const constraints = new LexicalConstraints(given.map((phrase) => this.phrase(phrase)))
    const forced = this.reserved + (this.forcedFirst === undefined ? 0 : 1)
    const { missing } = constraints.start
    if (missing + forced > maxLength) {
      fail(
        'mustContain',
        `${missing} tokens must occur, but maxLength ${maxLength} has no room for them`,
        'raise it',
      )
    }
    return constraints
  }

  /** Tokens at the end of a target of full length that are forced. */
  get reserved(): number {
    return this.forcedLast === undefined ? 0 : 1
  }

  /** In the order of Hugging Face: what may follow at all, then what narrows a draw. */
  processorsFor(source: TokenizedSource, maxLength: number): ScoreProcessor[] {
    const { minLength, repetitionPenalty, noRepeatNgramSize, allowedTokens } = this.settings
    const processors: ScoreProcessor[] = []
    if (this.biases.length > 0) processors.push(biasTokens(this.biases))
    if (repetitionPenalty !== 1) processors.push(penalizeRepetition(repetitionPenalty))
    if (Number.isFinite(noRepeatNgramSize)) processors.push(forbidRepeatedNgrams(noRepeatNgramSize))
    if (minLength > 0) processors.push(minimumLength(minLength))
    if (allowedTokens) processors.push(allowTokens((ids) => allowedTokens(ids, source)))
    if (this.forcedFirst !== undefined) processors.push(forceToken(this.forcedFirst, 0))
    if (this.forcedLast !== undefined) processors.push(forceToken(this.forcedLast, maxLength - 1))
    processors.push(suppressTokens([PAD_ID, SOS_ID, ...this.suppressed]), ...this.filters())
    return processors
  }

  private filters(): ScoreProcessor[] {
    const { temperature, topK, topP, minP, typicalP } = this.settings
    const filters: ScoreProcessor[] = []
    if (temperature !== 1) filters.push(temperatureScale(temperature))
    if (topK < Number.POSITIVE_INFINITY) filters.push(keepTopK(topK))
    if (topP < 1) filters.push(keepTopP(topP))
    if (minP > 0) filters.push(keepMinP(minP))
    if (typicalP < 1) filters.push(keepTypical(typicalP))
    return filters
  }

  /** The id of a token that may be generated. */
  private id(option: string, token: TokenReference): number {
    const { vocabulary } = this.tokenizer
    if (typeof token === 'string') {
      if (vocabulary.has(token)) return vocabulary.idOf(token)
      return fail(
        option,
        `'${token}' is no token of the target's vocabulary`,
        'special tokens go by their ids',
      )
    }
    if (token >= vocabulary.size) {
      fail(option, `${token} is no token id: they go from 0 to ${vocabulary.size - 1}`)
    }
    if (token === PAD_ID || token === SOS_ID) {
      fail(option, `${vocabulary.tokenOf(token)} is never generated`, 'leave it out')
    }
    return token
  }

  private readPrefixes(count: number): Int32Array | readonly Int32Array[] {
    const { targetPrefix = '' } = this.settings
    if (isTargetTokens(targetPrefix)) return this.prefix(targetPrefix)
    if (targetPrefix.length !== count) {
      fail('targetPrefix', `${targetPrefix.length} prefixes are given for ${count} sources`)
    }
    return targetPrefix.map((each) => this.prefix(each))
  }

  private prefix(tokens: TargetTokens): Int32Array {
    if (typeof tokens === 'string') return this.tokenizer.encode(tokens)
    return Int32Array.from(tokens, (token) => this.ordinary('targetPrefix', token))
  }

  private phrase(tokens: TargetTokens): number[] {
    const ids = typeof tokens === 'string' ? this.tokenizer.encode(tokens) : tokens
    if (ids.length === 0) fail('mustContain', 'a phrase has no tokens', 'leave it out')
    return Array.from(ids, (id) => {
      if (typeof tokens === 'string' && id === UNK_ID) {
        fail('mustContain', `the target's vocabulary does not hold all tokens of '${tokens}'`)
      }
      if (this.suppressed.includes(id)) {
        fail('mustContain', `token ${id} must occur and is suppressed`, 'leave out either')
      }
      return this.ordinary('mustContain', id)
    })
  }

  private ordinary(option: string, id: number): number {
    if (id === EOS_ID) fail(option, '<eos> ends a target', 'leave it out')
    return this.id(option, id)
  }

  private expectPossible(): void {
    const { minLength, maxLength, replaceUnknown } = this.settings
    const prefixes = this.prefixes instanceof Int32Array ? [this.prefixes] : this.prefixes
    const room = this.limit - Math.max(0, ...prefixes.map(({ length }) => length))
    const most = `the model writes at most ${this.limit} tokens, the target prefix counted`
    if (room < 1) fail('targetPrefix', most)
    if (maxLength !== undefined && maxLength > room)
      fail('maxLength', `${maxLength}, but ${most}`, 'lower it')
    if (minLength > room) fail('minLength', `${minLength}, but ${most}`, 'lower it')
    for (const option of ['forcedFirst', 'forcedLast'] as const) {
      const id = this[option]
      if (id !== undefined && this.suppressed.includes(id)) {
        fail(option, `token ${id} is forced and suppressed`, 'leave out either')
      }
    }
    if (this.forcedFirst === EOS_ID && minLength > 0) {
      fail('forcedFirst', `<eos> comes before minLength ${minLength}`, 'leave out either')
    }
    if (this.forcedLast === EOS_ID && maxLength === minLength && minLength > 0) {
      fail('forcedLast', `<eos> comes before minLength ${minLength}`, 'raise maxLength')
    }
    if (replaceUnknown && this.suppressed.includes(UNK_ID)) {
      fail('replaceUnknown', '<unk> is suppressed', 'leave out either')
    }
  }
}

function fail(option: string, problem: string, hint?: string): never {
  throw new OptionError({ option, problem, hint })
}
