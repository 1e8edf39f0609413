import { OptionError } from '../errors.ts'

/** How text is made even before it is split. */
export interface NormalizationOptions {
  /** Unicode normalization form C (default), or the text as it came. */
  readonly normalization?: 'NFC' | 'none'
  /** Lower case by Unicode's rules, of no language. Default false. `detokenize` cannot undo it. */
  readonly lowercase?: boolean
}

/** The splitters by name. */
export type SplitterType = 'char' | 'word' | 'space'

/** Cuts text into tokens and joins tokens into text; knows no vocabulary. */
export interface Splitter {
  readonly type: SplitterType
  readonly normalization: 'NFC' | 'none'
  readonly lowercase: boolean
  tokenize(text: string): string[]
  detokenize(tokens: readonly string[]): string
}

function splitter(
  type: SplitterType,
  { normalization = 'NFC', lowercase = false }: NormalizationOptions,
  split: (text: string) => string[],
  detokenize: (tokens: readonly string[]) => string,
): Splitter {
  if (normalization !== 'NFC' && normalization !== 'none') {
    throw new OptionError({
      option: 'normalization',
      problem: `${JSON.stringify(normalization)} is neither "NFC" nor "none"`,
    })
  }
  return {
    type,
    normalization,
    lowercase,
    tokenize(text) {
      const cased = lowercase ? text.toLowerCase() : text
      return split(normalization === 'NFC' ? cased.normalize('NFC') : cased)
    },
    detokenize,
  }
}

/**
 * One token a Unicode code point; `detokenize` gives the normalized text back exactly.
 *
 * A code point is not always a letter as read: a Bengali conjunct such as ক্ষ is three tokens
 * (ক, virama, ষ) and a family emoji one token a person and joiner. None is cut inside, as UTF-16
 * units would be.
 */
export function charSplitter(options: NormalizationOptions = {}): Splitter {
  return splitter(
    'char',
    options,
    (text) => Array.from(text),
    (tokens) => tokens.join(''),
  )
}

/**
 * Tokens between runs of ASCII white space (space, tab, line feed, vertical tab, form feed, carriage
 * return) and no others: a no-break space stays inside its token. `detokenize` joins with one space,
 * so that text with single spaces comes back exactly. For text that is tokenized already: phonemes,
 * commands.
 */
export function spaceSplitter(options: NormalizationOptions = {}): Splitter {
  return splitter(
    'space',
    options,
    (text) => text.split(/[ \t\n\v\f\r]+/).filter((token) => token !== ''),
    (tokens) => tokens.join(' '),
  )
}

// U+200C and U+200D join or part letters inside a word, in Bengali and Persian for example.
const WORD = String.raw`[\p{L}\p{M}\p{N}\p{Pc}\u200c\u200d]+`
const INNER = String.raw`(?:['’-]|(?<=\p{N})[.,](?=\p{N}))`
const PICTURE = String.raw`\p{Extended_Pictographic}\p{M}*\p{Emoji_Modifier}?`
const TOKEN = new RegExp(
  `${WORD}(?:${INNER}${WORD})*|\\p{RI}{2}|${PICTURE}(?:\\u200d${PICTURE})*|\\S\\p{M}*`,
  'gu',
)
const CLOSES = /^[\p{Pe}\p{Pf}.,;:!?%…।॥،؛؟、。!?,]+$/u
const OPENS = /^[\p{Ps}\p{Pi}¿¡]$/u

function joinWords(tokens: readonly string[]): string {
  let text = ''
  let glue = true
  let quoteIsOpen = false
  for (const token of tokens) {
    const isQuote = token === '"'
    const closes = isQuote ? quoteIsOpen : CLOSES.test(token)
    text += glue || closes ? token : ` ${token}`
    if (isQuote) quoteIsOpen = !quoteIsOpen
    glue = isQuote ? quoteIsOpen : OPENS.test(token)
  }
  return text
}

/**
 * Words and punctuation, by Unicode categories. A word is a run of letters, marks, digits and
 * connectors; an apostrophe or hyphen inside it stays (`don't`, `well-known`), and so do a point or
 * comma between digits (`3.14`). Each other visible sign is a token of its own; an emoji with its
 * joiners and skin tone is one.
 *
 * `detokenize` puts one space between tokens, but none before closing and after opening punctuation,
 * and pairs straight double quotes. Not restored: other spacing (`a  b`, `and/or`, French ` !`), text
 * without spaces between words (Chinese, Thai), and case where `lowercase` is set.
 */
export function wordSplitter(options: NormalizationOptions = {}): Splitter {
  return splitter('word', options, (text) => text.match(TOKEN) ?? [], joinWords)
}

const SPLITTERS: Record<SplitterType, (options?: NormalizationOptions) => Splitter> = {
  char: charSplitter,
  word: wordSplitter,
  space: spaceSplitter,
}

/** The names that `createSplitter` takes. */
export const SPLITTER_TYPES: readonly SplitterType[] = ['char', 'word', 'space']

/**
 * The splitter of a name, as an option or a file gives it.
 * @throws OptionError for a name that is none of `SPLITTER_TYPES`.
 */
export function createSplitter(type: SplitterType, options: NormalizationOptions = {}): Splitter {
  if (!SPLITTER_TYPES.includes(type)) {
    throw new OptionError({
      option: 'tokenizer type',
      problem: `unknown: ${JSON.stringify(type)}`,
      hint: `one of ${SPLITTER_TYPES.join(', ')}`,
    })
  }
  return SPLITTERS[type](options)
}
