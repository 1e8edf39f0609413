/** How often each n-gram occurs. */
export type NgramCounts = Map<string, number>

// Separates tokens inside a key; white space, so that no token split at white space contains it.
const SEPARATOR = '\n'

/** Counts the n-grams of `tokens`; keys join their tokens with `separator`. */
export function countNgrams(
  tokens: readonly string[],
  order: number,
  separator: string = SEPARATOR,
): NgramCounts {
  const counts: NgramCounts = new Map()
  for (let i = 0; i + order <= tokens.length; i++) {
    const key = tokens.slice(i, i + order).join(separator)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** The number of n-grams in both, each counted as often as it occurs in both. */
export function countMatches(left: NgramCounts, right: NgramCounts): number {
  let matches = 0
  for (const [ngram, count] of left) matches += Math.min(count, right.get(ngram) ?? 0)
  return matches
}

/** The number of n-grams, repeated ones counted each time. */
export function totalCount(counts: NgramCounts): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}

// What Python's `str.split()` takes for white space: unlike `\s`, with U+001C–U+001F and U+0085, and
// without U+FEFF. Scores would differ from sacrebleu's otherwise.
const WHITE_SPACE =
  '\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const WHITE_SPACE_RUN = new RegExp(`[${WHITE_SPACE}]+`, 'u')
const WHITE_SPACE_END = new RegExp(`[${WHITE_SPACE}]+$`, 'u')

/** The words between runs of white space, as Python splits them. */
export function splitWords(text: string): string[] {
  return text.split(WHITE_SPACE_RUN).filter((word) => word !== '')
}

/** The text without white space at its end, as Python strips it. */
export function trimEndLikePython(text: string): string {
  return text.replace(WHITE_SPACE_END, '')
}
