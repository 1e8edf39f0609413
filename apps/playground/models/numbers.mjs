import { draws } from './draws.mjs'
import { inWords } from './in-words.mjs'

/** Numbers of one to six digits, each length equally often, and their words. */
export function numberPairs(count, seed) {
  const draw = draws(seed, 'numbers')
  return Array.from({ length: count }, () => {
    const digits = draw.integer(1, 6)
    const number = draw.integer(digits === 1 ? 0 : 10 ** (digits - 1), 10 ** digits - 1)
    return { source: String(number), target: inWords(number) }
  })
}
