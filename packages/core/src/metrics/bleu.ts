import { OptionError } from '../errors.ts'
import { countMatches, countNgrams, type NgramCounts, splitWords, trimEndLikePython } from './ngrams.ts'
import { checkReferences } from './references.ts'

const MAX_ORDER = 4

/** How BLEU is computed; the defaults are sacrebleu's. */
export interface BleuOptions {
  /** `13a`: the tokenizer of WMT's mteval-v13a; `none`: text is tokenized already. Default `13a`. */
  readonly tokenize?: '13a' | 'none'
  /** What stands in for an order without matches: `exp` 1/2, 1/4, …; `none` 0. Default `exp`. */
  readonly smoothing?: 'exp' | 'none'
  /** Default false. */
  readonly lowercase?: boolean
}

/** A corpus BLEU score and what it was made of. */
export interface BleuScore {
  /** 0 to 100. */
  readonly score: number
  /** Percent of n-grams found, for n = 1 to 4; all 0 where nothing at all matched. */
  readonly precisions: readonly number[]
  readonly matches: readonly number[]
  readonly totals: readonly number[]
  readonly brevityPenalty: number
  readonly hypothesisLength: number
  readonly referenceLength: number
}

const ENTITIES: readonly (readonly [string, string])[] = [
  ['&quot;', '"'],
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
]

/**
 * The tokens of mteval-v13a: entities undone, ASCII punctuation and symbols set apart; `.` and `,`
 * stay between digits, `-` is set apart after a digit, `'` never. Made for Western languages.
 *
 * Source: the script mteval-v13a.pl of NIST, as in sacrebleu's tokenizer `13a`.
 */
export function tokenize13a(text: string): string[] {
  let line = text.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ')
  for (const [entity, sign] of ENTITIES) line = line.replaceAll(entity, sign)
  line = ` ${line} `
    .replace(/[ -&(-+:-@[-`{-~/]/gu, ' $& ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])-/gu, '$1 - ')
  return splitWords(line)
}

/** Each n-gram with the most that any one reference has of it. */
function mergeByMaximum(counts: readonly NgramCounts[]): NgramCounts {
  const merged: NgramCounts = new Map()
  for (const one of counts) {
    for (const [ngram, count] of one) merged.set(ngram, Math.max(count, merged.get(ngram) ?? 0))
  }
  return merged
}

/** The length nearest to the hypothesis; of two as near, the shorter. */
function closestLength(length: number, references: readonly (readonly string[])[]): number {
  const lengths = references.map((reference) => reference.length)
  return lengths.reduce((best, candidate) => {
    const difference = Math.abs(candidate - length) - Math.abs(best - length)
    return difference < 0 || (difference === 0 && candidate < best) ? candidate : best
  })
}

function smoothedPrecisions(matches: number[], totals: number[], smoothing: 'exp' | 'none'): number[] {
  if (matches.every((count) => count === 0)) return matches.map(() => 0)
  let halvings = 1
  return totals.map((total, i) => {
    const count = matches[i] as number
    if (total === 0) return 0
    if (count > 0) return (100 * count) / total
    if (smoothing === 'none') return 0
    halvings *= 2
    return 100 / (halvings * total)
  })
}

/**
 * BLEU of a corpus, with n-grams of up to 4 tokens:
 *
 *   BP · exp(¼ Σ ln pₙ),   BP = min(1, exp(1 − r / c))
 *
 * pₙ is the share of the hypotheses' n-grams found in a reference, c the length of the hypotheses,
 * r of the references (of several, the one nearest in length). Equals sacrebleu 2.6.
 *
 * @param hypotheses [N] texts.
 * @param references [N], one or more texts each.
 * @throws DataError for no hypotheses or a hypothesis without reference.
 *
 * Source: Papineni et al. 2002; smoothing `exp` is method 3 of Chen and Cherry 2014; Post 2018,
 * arXiv:1804.08771 (sacrebleu).
 */
export function bleu(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: BleuOptions = {},
): BleuScore {
  const { tokenize = '13a', smoothing = 'exp', lowercase = false } = options
  checkReferences('BLEU', hypotheses, references)
  checkChoice('tokenize', tokenize, ['13a', 'none'])
  checkChoice('smoothing', smoothing, ['exp', 'none'])
  const tokensOf = (text: string) => {
    const line = trimEndLikePython(lowercase ? text.toLowerCase() : text)
    return tokenize === '13a' ? tokenize13a(line) : splitWords(line)
  }

  const matches: number[] = new Array(MAX_ORDER).fill(0)
  const totals: number[] = new Array(MAX_ORDER).fill(0)
  let hypothesisLength = 0
  let referenceLength = 0
  hypotheses.forEach((hypothesis, i) => {
    const tokens = tokensOf(hypothesis)
    const group = (references[i] ?? []).map(tokensOf)
    hypothesisLength += tokens.length
    referenceLength += closestLength(tokens.length, group)
    for (let n = 1; n <= MAX_ORDER; n++) {
      const allowed = mergeByMaximum(group.map((reference) => countNgrams(reference, n)))
      matches[n - 1] = (matches[n - 1] as number) + countMatches(countNgrams(tokens, n), allowed)
      totals[n - 1] = (totals[n - 1] as number) + Math.max(0, tokens.length - n + 1)
    }
  })

  const precisions = smoothedPrecisions(matches, totals, smoothing)
  const isShort = hypothesisLength < referenceLength
  // exp(1 − r / 0) is 0, as it should be.
  const brevityPenalty = isShort ? Math.exp(1 - referenceLength / hypothesisLength) : 1
  const meanLog = precisions.reduce((sum, precision) => sum + Math.log(precision), 0) / MAX_ORDER
  const score = brevityPenalty * Math.exp(meanLog)
  return { score, precisions, matches, totals, brevityPenalty, hypothesisLength, referenceLength }
}

function checkChoice(option: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return
  throw new OptionError({
    option,
    problem: `unknown: ${JSON.stringify(value)}`,
    hint: `one of ${allowed.join(', ')}`,
  })
}
