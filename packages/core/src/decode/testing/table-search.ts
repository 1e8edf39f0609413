import { EOS_ID, PAD_ID, SOS_ID } from '../../text/index.ts'
import { stepsOf } from '../prefix.ts'
import type { Search } from '../search.ts'

/** Log-probabilities of the next token by the last token alone. */
export type Rule = (id: number) => readonly number[]

/** A rule drawn from a seed: V tokens, `<pad>` and `<sos>` never. */
export function randomRule(seed: number, V: number): Rule {
  const pick = randomNumbers(seed)
  const rows = Array.from({ length: V }, () => {
    const powers = Array.from({ length: V }, (_, id) =>
      id === PAD_ID || id === SOS_ID ? 0 : Math.exp(4 * pick()),
    )
    const total = powers.reduce((sum, power) => sum + power, 0)
    return powers.map((power) => Math.log(power / total))
  })
  return (id) => rows[id]!
}

/** Numbers in [0, 1) from a seed, for choosing cases. */
export function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 2654435761)
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Drives a search by a rule until it is done. */
export function runSearch(search: Search, rule: Rule): Search {
  while (search.live.length > 0) {
    search.advance(search.live.map(({ id }) => ({ logProbabilities: rule(id), attention: undefined })))
  }
  return search
}

/** What a search found, as ids. */
export function foundBy(search: Search): { ids: number[]; score: number }[] {
  return search.results().map(({ prefix, score }) => ({ ids: stepsOf(prefix).map(({ id }) => id), score }))
}

/** Every target of at most `maxLength` tokens that a rule allows, with the sum of its log-probabilities. */
export function allTargets(rule: Rule, maxLength: number): { ids: number[]; total: number }[] {
  const all: { ids: number[]; total: number }[] = []
  const visit = (ids: number[], total: number) => {
    if (ids.at(-1) === EOS_ID || ids.length === maxLength) {
      all.push({ ids, total })
      return
    }
    rule(ids.at(-1) ?? SOS_ID).forEach((logp, id) => {
      if (logp > -Infinity) visit([...ids, id], total + logp)
    })
  }
  visit([], 0)
  return all
}
