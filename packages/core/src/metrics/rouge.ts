import { longestCommonSubsequence } from './edit-distance.ts'
import { countMatches, countNgrams, totalCount } from './ngrams.ts'
import { checkReferences } from './references.ts'

/** F1 scores, each from 0 to 1, averaged over the corpus. */
export interface RougeScore {
  /** Of single tokens. */
  readonly rouge1: number
  /** Of pairs of neighbouring tokens. */
  readonly rouge2: number
  /** Of the longest common subsequence. */
  readonly rougeL: number
}

function f1(matches: number, hypothesisTotal: number, referenceTotal: number): number {
  // 2PR / (P + R) with P = m / h and R = m / r.
  return matches === 0 ? 0 : (2 * matches) / (hypothesisTotal + referenceTotal)
}

function quote(token: string): string {
  return JSON.stringify(token)
}

function rougeN(hypothesis: readonly string[], reference: readonly string[], order: number): number {
  // Quoted, so that a token that holds the separator of n-gram keys cannot be taken for two.
  const ours = countNgrams(hypothesis.map(quote), order)
  const theirs = countNgrams(reference.map(quote), order)
  return f1(countMatches(ours, theirs), totalCount(ours), totalCount(theirs))
}

function rougeL(hypothesis: readonly string[], reference: readonly string[]): number {
  return f1(longestCommonSubsequence(hypothesis, reference), hypothesis.length, reference.length)
}

/**
 * ROUGE-1, ROUGE-2 and ROUGE-L of tokens: for each example the F1 (precision and recall alike) of
 * matching tokens, token pairs, and of the longest common subsequence; then the mean over examples.
 *
 * Of several references the best counts, for each of the three alone. Tokens are compared as they
 * are: no stemming, no stop words, no lower-casing, and ROUGE-L takes the text as one sentence, so
 * that scores differ from tools that do any of these. An empty text scores 0.
 *
 * @param hypotheses [N] token sequences.
 * @param references [N], one or more token sequences each.
 * @throws DataError for no hypotheses or a hypothesis without reference.
 *
 * Source: Lin 2004, "ROUGE: a package for automatic evaluation of summaries", sections 2 and 3.1.
 */
export function rouge(
  hypotheses: readonly (readonly string[])[],
  references: readonly (readonly (readonly string[])[])[],
): RougeScore {
  checkReferences('ROUGE', hypotheses, references)
  const mean = (score: (hypothesis: readonly string[], reference: readonly string[]) => number) => {
    let sum = 0
    hypotheses.forEach((hypothesis, i) => {
      sum += Math.max(...(references[i] ?? []).map((reference) => score(hypothesis, reference)))
    })
    return sum / hypotheses.length
  }
  return {
    rouge1: mean((hypothesis, reference) => rougeN(hypothesis, reference, 1)),
    rouge2: mean((hypothesis, reference) => rougeN(hypothesis, reference, 2)),
    rougeL: mean(rougeL),
  }
}
