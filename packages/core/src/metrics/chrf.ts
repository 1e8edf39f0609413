import { OptionError } from '../errors.ts'
import { countMatches, countNgrams, type NgramCounts, splitWords, totalCount } from './ngrams.ts'
import { checkReferences } from './references.ts'

/** How chrF is computed; the defaults are sacrebleu's. */
export interface ChrfOptions {
  /** The longest character n-gram. Default 6. */
  readonly charOrder?: number
  /** The longest word n-gram: 0 for chrF (default), 2 for chrF++. */
  readonly wordOrder?: number
  /** How many times as much recall counts as precision. Default 2. */
  readonly beta?: number
  /** Default false. */
  readonly lowercase?: boolean
}

/** Per order: n-grams of the hypothesis, of the reference, and in both. */
interface OrderCounts {
  hypothesis: number
  reference: number
  matches: number
}

const PUNCTUATION = new Set('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~')

/** Words with one punctuation sign set apart: the last, or else the first, of each. */
function splitPunctuation(text: string): string[] {
  return splitWords(text).flatMap((word) => {
    const signs = Array.from(word)
    if (signs.length === 1) return [word]
    const last = signs.at(-1) as string
    const first = signs[0] as string
    if (PUNCTUATION.has(last)) return [word.slice(0, -1), last]
    if (PUNCTUATION.has(first)) return [first, word.slice(1)]
    return [word]
  })
}

function ngramsOf(text: string, charOrder: number, wordOrder: number): NgramCounts[] {
  const signs = Array.from(splitWords(text).join(''))
  const words = wordOrder > 0 ? splitPunctuation(text) : []
  return [
    ...Array.from({ length: charOrder }, (_, i) => countNgrams(signs, i + 1, '')),
    ...Array.from({ length: wordOrder }, (_, i) => countNgrams(words, i + 1)),
  ]
}

function compare(hypothesis: readonly NgramCounts[], reference: readonly NgramCounts[]): OrderCounts[] {
  return hypothesis.map((ours, i) => {
    const theirs = reference[i] as NgramCounts
    return {
      // Orders longer than the reference do not count against the hypothesis.
      hypothesis: theirs.size === 0 ? 0 : totalCount(ours),
      reference: totalCount(theirs),
      matches: countMatches(ours, theirs),
    }
  })
}

/** F-score, 0 to 100, of precision and recall averaged over the orders that both sides have. */
function fScore(orders: readonly OrderCounts[], beta: number): number {
  const used = orders.filter(({ hypothesis, reference }) => hypothesis > 0 && reference > 0)
  if (used.length === 0) return 0
  let precision = 0
  let recall = 0
  for (const { hypothesis, reference, matches } of used) {
    precision += matches / hypothesis / used.length
    recall += matches / reference / used.length
  }
  if (precision + recall === 0) return 0
  const factor = beta ** 2
  return (100 * (1 + factor) * precision * recall) / (factor * precision + recall)
}

/**
 * chrF of a corpus, 0 to 100: the F-score of character n-grams, spaces left out; with `wordOrder: 2`
 * chrF++, word n-grams as well. Counts are summed over the corpus; of several references the one
 * with the best score counts. Equals sacrebleu 2.6 with its defaults.
 *
 * @param hypotheses [N] texts.
 * @param references [N], one or more texts each.
 * @throws DataError for no hypotheses or a hypothesis without reference; OptionError for an order or
 *   `beta` out of range.
 *
 * Source: Popović 2015 (chrF), Popović 2017 (chrF++).
 */
export function chrf(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: ChrfOptions = {},
): number {
  const { charOrder = 6, wordOrder = 0, beta = 2, lowercase = false } = options
  checkReferences('chrF', hypotheses, references)
  checkOrder('charOrder', charOrder, 1)
  checkOrder('wordOrder', wordOrder, 0)
  if (!(beta > 0 && beta < Number.POSITIVE_INFINITY)) {
    throw new OptionError({ option: 'beta', problem: `${beta} is not above 0` })
  }
  const prepare = (text: string) => ngramsOf(lowercase ? text.toLowerCase() : text, charOrder, wordOrder)

  const sums = Array.from({ length: charOrder + wordOrder }, () => ({
    hypothesis: 0,
    reference: 0,
    matches: 0,
  }))
  hypotheses.forEach((hypothesis, i) => {
    const ours = prepare(hypothesis)
    let best: OrderCounts[] = []
    let bestScore = -1
    for (const reference of references[i] ?? []) {
      const orders = compare(ours, prepare(reference))
      const score = fScore(orders, beta)
      if (score > bestScore) [best, bestScore] = [orders, score]
    }
    best.forEach((order, n) => {
      const sum = sums[n] as OrderCounts
      sum.hypothesis += order.hypothesis
      sum.reference += order.reference
      sum.matches += order.matches
    })
  })
  return fScore(sums, beta)
}

function checkOrder(option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new OptionError({ option, problem: `${value} is not a whole number from ${least} up` })
}
