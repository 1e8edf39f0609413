import { expect, it } from 'vitest'
import { ownPairs } from './own-pairs.ts'

const lines = (count: number) => Array.from({ length: count }, (_, i) => `a${i}\tb${i}`)

it('reads pairs, whatever characters are in them', async () => {
  const pairs = await ownPairs([...lines(19), '🙂 আমি\tঠিক', ''].join('\r\n'))
  expect(pairs).toHaveLength(20)
  expect(pairs.at(-1)).toEqual({ source: '🙂 আমি', target: 'ঠিক' })
})

it.each([
  ['nothing', ' \n', /Paste pairs first/],
  ['no tabs', 'a b\nc d\n', /line 1[\s\S]*no tab[\s\S]*<TAB>/],
  ['an empty line', [...lines(5), '', ...lines(20)].join('\n'), /line 6[\s\S]*blank line[\s\S]*remove it/],
  ['an empty target', 'a\t\n', /line 1[\s\S]*target is empty/],
  ['too few', lines(19).join('\n'), /19 pairs; paste at least 20/],
  ['a line of 10,000 characters', [...lines(30), `${'x'.repeat(10_000)}\ty`].join('\n'), /Line 31.*10,000/],
  ['more than fits', 'x'.repeat(5_000_001), /5,000,001 characters/],
])('says what to do about %s', async (_, text, expected) => {
  await expect(ownPairs(text)).rejects.toThrow(expected)
})
