import { conformanceCases } from '@dragoman/conformance'
import { expect, test } from 'vitest'
import { casesOf } from './column-cases.ts'
import { columnNamed } from './columns.ts'

const suite = conformanceCases()
const software = columnNamed('chromium-tfjs-webgl')

test('a column runs the whole suite', () => {
  expect(casesOf(columnNamed('chromium-onnx-wasm'), suite)).toEqual(suite)
})

test('where the GPU is software, a fifth of the laws runs and of decoding, and all of the other levels', () => {
  const cases = new Set(casesOf(software, suite))
  const isShared = (level: string) => level === 'laws' || level === 'decoding'
  expect(suite.filter((each) => !isShared(each.level) && !cases.has(each))).toEqual([])
  const shared = suite.filter(({ level }) => isShared(level))
  expect(shared.filter((each) => cases.has(each))).toHaveLength(Math.ceil(shared.length / 5))
})

test('every law of many kinds of models is among the fifth', () => {
  const lawOf = (id: string) => id.split(':')[0]!
  const kinds = new Map<string, number>()
  for (const { id, level } of suite) {
    if (level === 'laws') kinds.set(lawOf(id), (kinds.get(lawOf(id)) ?? 0) + 1)
  }
  const run = new Set(casesOf(software, suite).map(({ id }) => lawOf(id)))
  expect([...kinds].filter(([law, count]) => count >= 5 && !run.has(law))).toEqual([])
})

test('a thorough run leaves nothing out', () => {
  expect(casesOf(software, suite, { thorough: true })).toEqual(suite)
})
