import { readFile, writeFile } from 'node:fs/promises'
import { markdownOf } from './markdown.ts'
import { rootFolder } from './paths.ts'
import type { ConformanceRecord } from './record.ts'

/** The record of the last whole run. */
export const recordUrl: URL = new URL('docs/conformance.json', rootFolder)

/** The page that is made of it. */
export const markdownUrl: URL = new URL('docs/conformance.md', rootFolder)

/** @throws when there is none yet. */
export async function readRecord(): Promise<ConformanceRecord> {
  return JSON.parse(await readFile(recordUrl, 'utf8'))
}

/** Writes the record, and the page made of it. */
export async function writeRecord(record: ConformanceRecord): Promise<void> {
  await writeFile(recordUrl, jsonOf(record))
  await writeFile(markdownUrl, markdownOf(record))
}

/** Indented, with counts on one line, so that a change of one op is one line of a diff. */
export function jsonOf(record: ConformanceRecord): string {
  const text = JSON.stringify(record, null, 2)
  return `${text.replace(/\[\s+(\d+),\s+(\d+),\s+(\d+)\s+\]/g, '[$1, $2, $3]')}\n`
}
