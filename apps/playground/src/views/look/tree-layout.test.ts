import type { SearchStep } from '@dragoman/core'
import { expect, it } from 'vitest'
import { bestOf, pathOf, treeOf } from './tree-layout.ts'

const child = (tokens: string[], total: number, parent: number) => ({
  ids: [],
  tokens,
  total,
  parent,
  logProbability: 0,
})

it('joins each hypothesis to the one it extends', () => {
  const steps = [
    { step: 1, asked: [], kept: [child(['a'], -1, 0), child(['b'], -2, 0)], finished: [] },
    {
      step: 2,
      asked: [],
      kept: [child(['b', 'c'], -2.5, 1)],
      finished: [{ ...child(['a', '<eos>'], -1.5, 0), score: -1 }],
    },
  ] as unknown as SearchStep[]
  const nodes = treeOf(steps)
  expect(nodes.map(({ x, y, token, parent, kind }) => [x, y, token, parent, kind])).toEqual([
    [0, 0, '<sos>', undefined, 'live'],
    [1, 0, 'a', 0, 'live'],
    [1, 1, 'b', 0, 'live'],
    [2, 1, 'c', 2, 'live'],
    [2, 0, '<eos>', 1, 'finished'],
  ])
  expect([...pathOf(nodes, bestOf(nodes))]).toEqual([4, 1, 0])
})
