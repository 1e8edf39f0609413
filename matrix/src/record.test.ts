import type { CaseResult } from '@dragoman/conformance'
import { expect, test } from 'vitest'
import { cell } from './matrix-tables.ts'
import { recordOf } from './record.ts'
import { jsonOf } from './record-file.ts'

const results: readonly CaseResult[] = [
  { id: 'ops/add', level: 'ops', ops: ['add'], status: 'passed', ms: 1 },
  { id: 'ops/add nan', level: 'ops', ops: ['add', 'add'], status: 'failed', message: 'wrong', ms: 1 },
  { id: 'gradients/add', level: 'gradients', ops: ['add', 'mul'], status: 'gap', reason: 'none', ms: 1 },
  { id: 'laws/mask', level: 'laws', ops: [], status: 'gap', reason: 'none', ms: 1 },
]

test('a record counts by level and by op; a case counts once for each op that it is about', () => {
  const record = recordOf({ info: { threads: 2 }, results, seconds: 3.4 })
  expect(record.counts).toEqual([1, 1, 2])
  expect(record.levels).toEqual({ ops: [1, 1, 0], gradients: [0, 0, 1], laws: [0, 0, 1] })
  expect(record.ops).toEqual({ add: [1, 1, 1], mul: [0, 0, 1] })
  expect(record.seconds).toBe(3)
})

test('a record keeps what failed, and gaps by their reason', () => {
  const record = recordOf({ info: {}, results, seconds: 0 })
  expect(record.failures).toEqual({ 'ops/add nan': 'wrong' })
  expect(record.gaps).toEqual([{ reason: 'none', cases: ['gradients/add', 'laws/mask'] }])
})

test('the JSON of a record reads back the same, with counts on one line', () => {
  const record = {
    version: 1,
    suite: 'ff',
    cases: 4,
    date: '2026-01-01',
    versions: {},
    columns: { cpu: recordOf({ info: {}, results, seconds: 0 }) },
  } as const
  const text = jsonOf(record)
  expect(JSON.parse(text)).toEqual(record)
  expect(text).toContain('"add": [1, 1, 1]')
})

test.each([
  [undefined, ''],
  [[3, 0, 0] as const, '3'],
  [[3, 0, 1] as const, '3, 1 gap'],
  [[0, 2, 4] as const, '0, 2 FAILED, 4 gaps'],
])('the cell of %j is "%s"', (counts, text) => {
  expect(cell(counts)).toBe(text)
})
