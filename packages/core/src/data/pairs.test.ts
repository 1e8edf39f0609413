import { describe, expect, it } from 'vitest'
import { DataError, OptionError } from '../errors.ts'
import { buildTokenizer } from '../text/index.ts'
import { encodePairs, groupReferences, type Pair, parsePairs, readPairs, splitPairs } from './pairs.ts'

async function collect(pairs: AsyncIterable<Pair>): Promise<Pair[]> {
  const all: Pair[] = []
  for await (const pair of pairs) all.push(pair)
  return all
}

describe('parsePairs', () => {
  it('takes source and target, and leaves out what follows', async () => {
    expect(await collect(parsePairs(['a\tb', ' c d \te f \t0.9\tx', 'g\th\r']))).toEqual([
      { source: 'a', target: 'b' },
      { source: ' c d ', target: 'e f ' },
      { source: 'g', target: 'h' },
    ])
  })

  it('passes over blank lines at the end', async () => {
    expect(await collect(parsePairs(['a\tb', '', '  ', '\r']))).toHaveLength(1)
  })

  it.each([
    [['a\tb', 'no tab here'], 2, 'no tab'],
    [['a\tb', '', 'c\td'], 2, 'blank line'],
    [['', 'c\td'], 1, 'blank line'],
    [['\tb'], 1, 'the source is empty'],
    [['a\tb', '  \tb'], 2, 'the source is empty'],
    [['a\t'], 1, 'the target is empty'],
    [['a\t\tb'], 1, 'the target is empty'],
    [['\t'], 1, 'the source is empty'],
    [[], undefined, 'no pairs: the input is empty'],
    [['', ''], undefined, 'no pairs: the input is empty'],
  ])('refuses %o at line %s: %s', async (lines, line, problem) => {
    const parsed = collect(parsePairs(lines, { file: 'pairs.tsv' }))
    await expect(parsed).rejects.toSatisfy((error) => DataError.isInstance(error))
    await expect(collect(parsePairs(lines, { file: 'pairs.tsv' }))).rejects.toMatchObject({
      file: 'pairs.tsv',
      line,
      problem,
    })
  })

  it('shows only the start of a long line', async () => {
    await expect(collect(parsePairs(['x'.repeat(1000)]))).rejects.toThrow(
      /^line 1: no tab\n {2}"x{60}…"\n {2}hint/,
    )
  })
})

describe('readPairs', () => {
  it('reads bytes with a byte order mark and CRLF', async () => {
    const bytes = new TextEncoder().encode('\ufeffক\tkɔ\r\nখ\tkʰɔ\r\n')
    expect(await collect(readPairs([bytes.subarray(0, 5), bytes.subarray(5)]))).toEqual([
      { source: 'ক', target: 'kɔ' },
      { source: 'খ', target: 'kʰɔ' },
    ])
  })

  it('reports the first fault of the file, also before bad UTF-8 in the same chunk', async () => {
    const bytes = Uint8Array.of(0x61, 0x09, 0x62, 0x0a, 0x63, 0x0a, 0xff, 0x0a)
    await expect(collect(readPairs([bytes], { file: 'x' }))).rejects.toThrow(/^x:2: no tab/)
  })
})

it('encodePairs encodes each side with its tokenizer', () => {
  const source = buildTokenizer(['ab'], { type: 'char' })
  const target = buildTokenizer(['X Y'], { type: 'space' })
  const examples = encodePairs(
    [
      { source: 'ba', target: 'X' },
      { source: 'c', target: 'Y X' },
    ],
    { source, target },
  )
  expect(examples).toEqual([
    { source: Int32Array.of(5, 4), target: Int32Array.of(4), index: 0 },
    { source: Int32Array.of(1), target: Int32Array.of(5, 4), index: 1 },
  ])
})

describe('splitPairs', () => {
  const pairs = Array.from({ length: 10_000 }, (_, i) => ({ source: `word${i % 5000}`, target: `${i}` }))

  it('keeps equal sources together and loses no pair', () => {
    const { train, heldOut } = splitPairs(pairs, 0.1, 1)
    const trained = new Set(train.map((pair) => pair.source))
    expect(heldOut.some((pair) => trained.has(pair.source))).toBe(false)
    expect(train.length + heldOut.length).toBe(pairs.length)
    // 5000 sources, each held out with probability 0.1: within 4 standard deviations.
    expect(Math.abs(heldOut.length / 2 - 500)).toBeLessThan(4 * Math.sqrt(5000 * 0.1 * 0.9))
  })

  it('depends on the source and the seed, not on the other pairs', () => {
    const { heldOut } = splitPairs(pairs, 0.1, 1)
    const alone = pairs.filter((pair) => splitPairs([pair], 0.1, 1).heldOut.length === 1)
    expect(heldOut).toEqual(alone)
    expect(splitPairs(pairs, 0.1, 2).heldOut).not.toEqual(heldOut)
  })

  it('takes all or nothing at the ends', () => {
    expect(splitPairs(pairs, 0, 3).heldOut).toHaveLength(0)
    expect(splitPairs(pairs, 1, 3).train).toHaveLength(0)
  })

  it.each([-0.1, 1.1, Number.NaN])('refuses the fraction %s', (fraction) => {
    expect(() => splitPairs(pairs, fraction, 0)).toThrow(OptionError)
  })
})

it('groupReferences gathers the targets of a source, each once, in order', () => {
  const pairs = ['read\tred', 'a\tx', 'read\treed', 'read\tred', '__proto__\ty']
  expect(
    groupReferences(
      pairs.map((line) => ({ source: line.split('\t')[0] ?? '', target: line.split('\t')[1] ?? '' })),
    ),
  ).toEqual([
    { source: 'read', references: ['red', 'reed'] },
    { source: 'a', references: ['x'] },
    { source: '__proto__', references: ['y'] },
  ])
})
