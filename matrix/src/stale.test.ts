// CI fails here when docs/conformance.* does not tell of today's suite and backends.
import { readFile } from 'node:fs/promises'
import { conformanceCases, type SuiteReport } from '@dragoman/conformance'
import { describe, expect, test } from 'vitest'
import { casesOf } from './column-cases.ts'
import { columnNamed, columns, type NodeColumn, neededColumns } from './columns.ts'
import { markdownOf } from './markdown.ts'
import { rootFolder } from './paths.ts'
import { markdownUrl, readRecord } from './record-file.ts'
import { suiteHash } from './suite-hash.ts'
import { readEngineVersions } from './versions.ts'

const hint = 'run `pnpm conformance --write`'
const record = await readRecord()
const suite = conformanceCases()

/** What the tests of the package wrote. */
async function readReport({ report }: NodeColumn): Promise<SuiteReport> {
  const text = await readFile(new URL(report, rootFolder), 'utf8').catch(() => {
    const folder = report.split('/').slice(0, 2).join('/')
    throw new Error(
      `${report} is missing\n  hint: run \`vitest run\` in ${folder}; turbo does it before this test`,
    )
  })
  return JSON.parse(text)
}

describe('docs/conformance.json', () => {
  test('is of the suite of today', async () => {
    expect(record.suite, hint).toBe(await suiteHash())
    expect(record.cases, hint).toBe(suite.length)
  })

  test('has every backend that needs no GPU, and no unknown one', () => {
    const names = Object.keys(record.columns)
    expect(names, hint).toEqual(expect.arrayContaining(neededColumns.map(({ name }) => name)))
    expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
  })

  test('is of the versions of the engines that are installed', async () => {
    expect(record.versions, hint).toMatchObject(await readEngineVersions())
  })

  test.each(Object.entries(record.columns))(
    'has every case that %s runs, and none that failed',
    (name, run) => {
      const [passed, failed, gaps] = run.counts
      expect(run.failures).toEqual({})
      expect(failed).toBe(0)
      const counts = [false, true].map((thorough) => casesOf(columnNamed(name), suite, { thorough }).length)
      expect(counts, hint).toContain(passed + gaps)
    },
  )

  test.each(Object.entries(record.columns))('gives a reason for every gap of %s', (_, column) => {
    expect(column.gaps.filter(({ reason }) => reason.trim() === '')).toEqual([])
    expect(column.gaps.flatMap(({ cases }) => cases)).toHaveLength(column.counts[2])
  })

  const nodeColumns = columns.filter((column): column is NodeColumn => column.place === 'node')
  test.each(nodeColumns.map((column) => [column.name, column] as const))(
    'counts %s as the tests of its package do',
    async (name, column) => {
      const { suite: hash, passed, failed, gaps } = await readReport(column)
      expect(hash, `${column.report} is of another suite: test its package again`).toBe(await suiteHash())
      expect(record.columns[name]?.counts, hint).toEqual([passed, failed, gaps])
    },
  )
})

test('docs/conformance.md is what the generator makes of docs/conformance.json', async () => {
  expect(await readFile(markdownUrl, 'utf8'), hint).toBe(markdownOf(record))
})
