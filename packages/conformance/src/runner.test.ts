import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reference, UnsupportedOpError } from '@dragoman/core'
import { expect, test } from 'vitest'
import { deliver } from './report-file.ts'
import type { SuiteReport } from './run-suite.ts'
import { SuiteRunner } from './runner.ts'
import { broken } from './testing/broken-backend.ts'

const withoutErf = () =>
  broken({
    graph: (graph) => {
      if (!graph.nodes.some(({ op }) => op === 'erf')) return graph
      throw new UnsupportedOpError({ backend: 'broken', op: 'erf' })
    },
  })

test('a test fails with the error of its case', async () => {
  const runner = new SuiteRunner({ name: 'broken', create: withoutErf })
  await runner.start()
  const erf = runner.cases.find(({ id }) => id === 'ops/erf of float [7]')!
  await expect(runner.run(erf)).rejects.toThrow(UnsupportedOpError)
  await runner.end()
})

test('a gap of an op covers its cases', async () => {
  const gaps = [{ op: 'erf' as const, reason: 'no such function' }]
  const runner = new SuiteRunner({ name: 'broken', create: withoutErf, gaps })
  await runner.start()
  for (const each of runner.cases.filter(({ ops }) => ops.includes('erf'))) await runner.run(each)
  runner.expectGapsOpen()
  await runner.end()
})

test('where not every case ran, there is no report, and no gap is called closed', async () => {
  const reports: SuiteReport[] = []
  const runner = new SuiteRunner({
    name: 'reference',
    create: () => reference(),
    gaps: [{ op: 'erf', reason: 'none' }],
    report: (report) => {
      reports.push(report)
    },
  })
  await runner.start()
  await runner.run(runner.cases[0]!)
  runner.expectGapsOpen()
  await runner.end()
  expect(reports).toEqual([])
})

test('a report is written as JSON, in a folder that is made', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-report-'))
  const report: SuiteReport = {
    backend: 'x',
    suite: '00000000',
    passed: 0,
    failed: 0,
    gaps: 0,
    cases: [],
  }
  try {
    await deliver(report, join(folder, 'a', 'report.json'))
    expect(JSON.parse(await readFile(join(folder, 'a', 'report.json'), 'utf8'))).toEqual(report)
  } finally {
    await rm(folder, { recursive: true })
  }
})
