import { expect, test } from 'vitest'
import { tableOf } from './table.ts'

test('a table is padded by its widest cells, numbers to the right', () => {
  const table = tableOf(
    [
      ['op', 'left'],
      ['cpu', 'right'],
    ],
    [
      ['add', '1'],
      ['softmax', '1024'],
    ],
  )
  expect(table.split('\n')).toEqual([
    '| op      |  cpu |',
    '| ------- | ---: |',
    '| add     |    1 |',
    '| softmax | 1024 |',
  ])
})

test('a table without rows is its head', () => {
  expect(tableOf([['a', 'left']], [])).toBe('| a   |\n| --- |')
})
