import type { Generated, Hypothesis } from '@dragoman/core'
import { expect, test } from 'vitest'
import { attentionPicture, displayWidth } from './attention-picture.ts'

function picture(sourceTokens: string[], tokens: string[], rows: number[][]): string[] {
  const hypothesis = { tokens, attention: Float32Array.from(rows.flat()) } as Partial<Hypothesis>
  return attentionPicture({ sourceTokens } as Partial<Generated> as Generated, hypothesis as Hypothesis)
}

test('the darker, the more weight', () => {
  const rows = [
    [0, 0.2, 0.8],
    [0.45, 0.6, 1],
  ]
  expect(picture(['a', ' ', '<eos>'], ['X'], rows)).toEqual([
    '       a ␣ <eos>',
    'X        ░ █████',
    '<eos>  ▒ ▓ █████',
  ])
})

test('columns stand under their tokens in any script', () => {
  const rows = [[1, 0, 0, 1]]
  expect(picture(['ক্ষ', '日', 'extraordinary', 'b'], ['x'], rows)).toEqual([
    '   ক্ষ 日 extraor… b',
    `x  ${'█'.repeat(displayWidth('ক্ষ'))}${' '.repeat(13)}█`,
  ])
})

test('without attention there is no picture', () => {
  const generated = { sourceTokens: ['a'] } as Partial<Generated> as Generated
  expect(attentionPicture(generated, { tokens: ['b'] } as Partial<Hypothesis> as Hypothesis)).toEqual([])
})

test.each([
  ['abc', 3],
  ['é', 1],
  ['e\u0301', 1],
  ['日本', 4],
  ['👍', 2],
])('%s takes %d cells', (text, cells) => {
  expect(displayWidth(text)).toBe(cells)
})
