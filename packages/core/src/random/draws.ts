const TWO_32 = 2 ** 32

/** √(−2 ln u) with u = (word + 1) / 2^32, which is never 0: the distance of a Box–Muller pair from 0. */
export function boxMullerRadius(word: number): number {
  return Math.sqrt(-2 * Math.log((word + 1) / TWO_32))
}

/**
 * A whole number below `bound`, each equally likely, from uniform 32-bit words: word mod bound. Words
 * at or above the largest multiple of `bound` are passed over, as they would favour small numbers.
 */
export function boundedInteger(bound: number, nextWord: () => number): number {
  const limit = TWO_32 - (TWO_32 % bound)
  let word = nextWord()
  while (word >= limit) word = nextWord()
  return word % bound
}
