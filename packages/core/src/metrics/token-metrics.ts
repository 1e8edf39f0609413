import { DataError } from '../errors.ts'
import { editDistance } from './edit-distance.ts'
import { checkReferences } from './references.ts'

/** A sequence of tokens: words, characters, phonemes or ids. */
export type TokenSequence = ArrayLike<string | number>

/** Edits over reference tokens, summed over the corpus. */
export interface TokenErrorRate {
  /** `edits / referenceTokens`; 0 is perfect, and more than 1 is possible. */
  readonly rate: number
  readonly edits: number
  readonly referenceTokens: number
}

function checkTokenCount(metric: string, count: number): void {
  if (count === 0)
    throw new DataError({ problem: `${metric}: all references are empty, nothing to divide by` })
}

/**
 * Edits to reach the reference, divided by the tokens of the reference, over the whole corpus: the
 * word error rate for words, phoneme error rate for phonemes, character error rate for characters.
 *
 * Of several references the one with the fewest edits counts; of those, the longest.
 *
 * @param hypotheses [N] token sequences.
 * @param references [N], one or more token sequences each.
 * @throws DataError for no hypotheses, a hypothesis without reference, or references all empty.
 */
export function tokenErrorRate(
  hypotheses: readonly TokenSequence[],
  references: readonly (readonly TokenSequence[])[],
): TokenErrorRate {
  checkReferences('token error rate', hypotheses, references)
  let edits = 0
  let referenceTokens = 0
  hypotheses.forEach((hypothesis, i) => {
    let fewest = Number.POSITIVE_INFINITY
    let length = 0
    for (const reference of references[i] ?? []) {
      const distance = editDistance(hypothesis, reference)
      if (distance < fewest || (distance === fewest && reference.length > length)) {
        fewest = distance
        length = reference.length
      }
    }
    edits += fewest
    referenceTokens += length
  })
  checkTokenCount('token error rate', referenceTokens)
  return { rate: edits / referenceTokens, edits, referenceTokens }
}

function isEqual(left: TokenSequence, right: TokenSequence): boolean {
  return left.length === right.length && matchingPlaces(left, right) === left.length
}

function matchingPlaces(left: TokenSequence, right: TokenSequence): number {
  let matches = 0
  for (let i = 0; i < Math.min(left.length, right.length); i++) if (left[i] === right[i]) matches++
  return matches
}

/**
 * The share of hypotheses, 0 to 1, that equal one of their references in every token.
 * One minus this is the word error rate of pronunciation models, a word being one example.
 *
 * @throws DataError for no hypotheses or a hypothesis without reference.
 */
export function exactMatch(
  hypotheses: readonly TokenSequence[],
  references: readonly (readonly TokenSequence[])[],
): number {
  checkReferences('exact match', hypotheses, references)
  const matches = hypotheses.filter((hypothesis, i) =>
    references[i]?.some((reference) => isEqual(hypothesis, reference)),
  )
  return matches.length / hypotheses.length
}

/**
 * The share of reference tokens, 0 to 1, that the hypothesis has at the same place, over the corpus:
 *
 *   Σ |{t : hypothesis[t] = reference[t]}| / Σ length(reference)
 *
 * A hypothesis that is too short misses the rest; tokens past the reference's end are not counted.
 * One inserted token shifts all that follow: see `tokenErrorRate` for a measure that forgives it.
 * Of several references the one with the highest share counts; of those, the longest.
 *
 * @throws DataError for no hypotheses, a hypothesis without reference, or references all empty.
 */
export function tokenAccuracy(
  hypotheses: readonly TokenSequence[],
  references: readonly (readonly TokenSequence[])[],
): number {
  checkReferences('token accuracy', hypotheses, references)
  let matches = 0
  let referenceTokens = 0
  hypotheses.forEach((hypothesis, i) => {
    let best = { share: -1, matches: 0, length: 0 }
    for (const reference of references[i] ?? []) {
      const { length } = reference
      const equal = matchingPlaces(hypothesis, reference)
      const share = length === 0 ? (hypothesis.length === 0 ? 1 : 0) : equal / length
      if (share > best.share || (share === best.share && length > best.length)) {
        best = { share, matches: equal, length }
      }
    }
    matches += best.matches
    referenceTokens += best.length
  })
  checkTokenCount('token accuracy', referenceTokens)
  return matches / referenceTokens
}
