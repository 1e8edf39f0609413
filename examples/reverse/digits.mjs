import { RandomStream, siteOf } from '@dragoman/core'

/**
 * Random strings of digits, such as '407'. The same seed gives the same strings; lengths from `shortest`
 * to `longest` are equally likely.
 */
export function randomDigits(count, { shortest = 1, longest = 20, seed = 0 } = {}) {
  const random = new RandomStream(seed)
  return Array.from({ length: count }, (_, step) => {
    const draws = random.uniform(new Float32Array(longest + 1), { step, site: siteOf('digits') })
    const length = shortest + Math.floor(draws[0] * (longest - shortest + 1))
    return Array.from(draws.subarray(1, 1 + length), (draw) => Math.floor(draw * 10)).join('')
  })
}

/** Strings and the same strings backwards: `{ source: '407', target: '704' }`. */
export function reversed(strings) {
  return strings.map((source) => ({ source, target: [...source].reverse().join('') }))
}

/** Pairs whose source is in none of the others, each source once. */
export function unseen(pairs, others) {
  const seen = new Set(others.map(({ source }) => source))
  return pairs.filter(({ source }) => !seen.has(source) && seen.add(source))
}
