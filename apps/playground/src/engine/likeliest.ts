import type { Vocabulary } from '@dragoman/core'
import type { Candidate } from './protocol.ts'

/** How many of the tokens that may come next are shown. */
const shown = 8

/** The likeliest tokens of a row of logits, the best first; of equal ones the lower id. */
export function likeliest(logits: ArrayLike<number>, vocabulary: Pick<Vocabulary, 'tokenOf'>): Candidate[] {
  const all = Array.from(logits)
  const most = all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const total = all.reduce((sum, x) => sum + Math.exp(x - most), 0)
  return all
    .map((logit, id) => ({ id, probability: Math.exp(logit - most) / total }))
    .sort((a, b) => b.probability - a.probability || a.id - b.id)
    .slice(0, shown)
    .map(({ id, probability }) => ({ token: vocabulary.tokenOf(id), probability }))
}
