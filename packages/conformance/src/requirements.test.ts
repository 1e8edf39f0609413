import { expect, test } from 'vitest'
import { requirementsOf } from './requirements.ts'
import { conformanceCases } from './suite.ts'

const requiredBy = (id: string) => requirementsOf(conformanceCases().find((each) => each.id === id)!)

test('a case of an op requires that op', async () => {
  expect(await requiredBy('ops/neg of float [7]')).toEqual(['neg'])
})

test('composites are counted as their bodies, loops with what is in them', async () => {
  const required = await requiredBy('composites/lstm forwards')
  expect(required).toEqual(expect.arrayContaining(['scan', 'sigmoid', 'tanh', 'matmul', 'mul']))
  expect(required).not.toContain('lstm')
})

test('a case that compiles nothing requires nothing', async () => {
  expect(await requiredBy('memory/an upload is a copy')).toEqual([])
})

test('a case whose graphs must be refused requires nothing of them', async () => {
  expect(await requiredBy('errors/a graph with an unknown op is refused by compile')).toEqual([])
})
