import { type Pair, parsePairs } from '@dragoman/core'
import { messages } from '../text/messages.ts'

const words = messages.train
/** Pairs at least, characters of a side, and characters in all. */
const [fewest, longestSide, longest] = [20, 400, 5_000_000]

/**
 * The pairs of a person's own TSV.
 *
 * @throws Error that says what to do, naming the line: nothing there, too few or too long; DataError where a line is no pair.
 */
export async function ownPairs(text: string): Promise<Pair[]> {
  if (text.trim() === '') throw new Error(words.pastedEmpty)
  if (text.length > longest) throw new Error(words.pastedLong(text.length))
  const pairs: Pair[] = []
  for await (const pair of parsePairs(text.split('\n'))) {
    pairs.push(pair)
    const length = Math.max(pair.source.length, pair.target.length)
    // No blank line stands before a pair, so the count is the line.
    if (length > longestSide) throw new Error(words.pastedLongLine(pairs.length, length, longestSide))
  }
  if (pairs.length < fewest) throw new Error(words.pastedFew(pairs.length))
  return pairs
}
