import { DataError, OptionError } from '../errors.ts'
import { RandomStream, siteOf } from '../random/index.ts'
import type { TokenizerPair } from '../text/index.ts'
import { decodeLines, type ReadOptions } from './lines.ts'

/** A source text and the target text that belongs to it. */
export interface Pair {
  readonly source: string
  readonly target: string
}

/** A pair as ids, without special ones; `index` is its place among all pairs. */
export interface Example {
  readonly source: Int32Array
  readonly target: Int32Array
  readonly index: number
}

function parsePair(text: string, file: string | undefined, line: number): Pair {
  const [source = '', target] = text.split('\t', 2)
  if (target === undefined) {
    throw new DataError({
      file,
      line,
      problem: 'no tab',
      seen: [JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)],
      hint: 'each line is source<TAB>target',
    })
  }
  if (source.trim() === '') throw new DataError({ file, line, problem: 'the source is empty' })
  if (target.trim() === '') throw new DataError({ file, line, problem: 'the target is empty' })
  return { source, target }
}

/**
 * Pairs from lines `source<TAB>target`; what follows a second tab is left out. Texts are kept as
 * they are, spaces included.
 *
 * @throws DataError with file and line for a line without a tab, an empty source or target, a blank
 *   line that is not at the end; and for input without any pair.
 */
export async function* parsePairs(
  lines: AsyncIterable<string> | Iterable<string>,
  { file }: ReadOptions = {},
): AsyncGenerator<Pair> {
  let line = 0
  let pairCount = 0
  let firstBlank: number | undefined
  for await (const ended of lines) {
    line++
    const text = ended.endsWith('\r') ? ended.slice(0, -1) : ended
    if (text.trim() === '' && !text.includes('\t')) {
      firstBlank ??= line
      continue
    }
    if (firstBlank !== undefined) {
      throw new DataError({ file, line: firstBlank, problem: 'blank line', hint: 'remove it' })
    }
    yield parsePair(text, file, line)
    pairCount++
  }
  if (pairCount === 0) {
    throw new DataError({
      file,
      problem: 'no pairs: the input is empty',
      hint: 'each line is source<TAB>target',
    })
  }
}

/**
 * Pairs from UTF-8 bytes that come in chunks, as a file or standard input gives them (unzipped).
 *
 * @throws DataError as `decodeLines` and `parsePairs` do.
 */
export function readPairs(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ReadOptions = {},
): AsyncGenerator<Pair> {
  return parsePairs(decodeLines(chunks, options), options)
}

/** Both sides of each pair as ids, in order. */
export function encodePairs(pairs: Iterable<Pair>, tokenizers: TokenizerPair): Example[] {
  return Array.from(pairs, ({ source, target }, index) => ({
    source: tokenizers.source.encode(source),
    target: tokenizers.target.encode(target),
    index,
  }))
}

/**
 * Holds out about `fraction` of the pairs, by a hash of the source and the seed. Pairs with the same
 * source stay together, so that nothing held out was trained on, and a pair stays in its part when
 * other pairs are added.
 *
 * @param fraction in [0, 1], the expected share of different sources held out.
 * @throws OptionError for another fraction, or a seed out of range.
 */
export function splitPairs<P extends Pair>(
  pairs: Iterable<P>,
  fraction: number,
  seed: number,
): { train: P[]; heldOut: P[] } {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new OptionError({ option: 'held-out fraction', problem: `${fraction} is not in [0, 1]` })
  }
  const random = new RandomStream(seed)
  const step = siteOf('data.split')
  const word = new Uint32Array(1)
  const train: P[] = []
  const heldOut: P[] = []
  for (const pair of pairs) {
    random.words(word, { step, site: siteOf(pair.source) })
    const part = (word[0] as number) < fraction * 2 ** 32 ? heldOut : train
    part.push(pair)
  }
  return { train, heldOut }
}

/** A source with all the targets that are right for it. */
export interface ReferenceGroup {
  readonly source: string
  readonly references: readonly string[]
}

/**
 * One group a source, in the order in which sources first appear; its references in order, each once.
 * For corpora that list alternatives as several pairs, such as a pronouncing dictionary.
 */
export function groupReferences(pairs: Iterable<Pair>): ReferenceGroup[] {
  const groups = new Map<string, Set<string>>()
  for (const { source, target } of pairs) {
    const references = groups.get(source)
    if (references) references.add(target)
    else groups.set(source, new Set([target]))
  }
  return Array.from(groups, ([source, references]) => ({ source, references: [...references] }))
}
