import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { filesOf, readMeasured } from './files.ts'

const docs = new URL('../../../docs/', import.meta.url)

test('docs/benchmarks.md and its pictures are what the data give: npm run bench -- document', () => {
  const measured = readMeasured(docs)
  expect(measured.runs.length).toBeGreaterThan(0)
  for (const [file, text] of filesOf(measured, docs))
    expect(readFileSync(file, 'utf8'), file.pathname).toBe(text)
})
