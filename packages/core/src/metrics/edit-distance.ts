/**
 * The Levenshtein distance: the least number of insertions, deletions and substitutions that turn
 * `left` into `right`. Items are compared by `===`.
 *
 * Time is the product of the lengths, memory one row of the shorter side.
 * Source: Wagner and Fischer 1974, "The string-to-string correction problem".
 */
export function editDistance<T>(left: ArrayLike<T>, right: ArrayLike<T>): number {
  const [long, short] = left.length >= right.length ? [left, right] : [right, left]
  // row[j] is the distance from the items of `long` seen so far to the first j of `short`.
  const row = Uint32Array.from({ length: short.length + 1 }, (_, j) => j)
  for (let i = 0; i < long.length; i++) {
    let diagonal = row[0] as number
    row[0] = i + 1
    for (let j = 0; j < short.length; j++) {
      const above = row[j + 1] as number
      const substituted = diagonal + (long[i] === short[j] ? 0 : 1)
      row[j + 1] = Math.min(substituted, above + 1, (row[j] as number) + 1)
      diagonal = above
    }
  }
  return row[short.length] as number
}

/**
 * The length of the longest common subsequence: items in the same order in both, gaps allowed.
 * Time is the product of the lengths, memory one row of the shorter side.
 */
export function longestCommonSubsequence<T>(left: ArrayLike<T>, right: ArrayLike<T>): number {
  const [long, short] = left.length >= right.length ? [left, right] : [right, left]
  const row = new Uint32Array(short.length + 1)
  for (let i = 0; i < long.length; i++) {
    let diagonal = 0
    for (let j = 0; j < short.length; j++) {
      const above = row[j + 1] as number
      row[j + 1] = long[i] === short[j] ? diagonal + 1 : Math.max(above, row[j] as number)
      diagonal = above
    }
  }
  return row[short.length] as number
}
