import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { documentOf, type Measured } from './document.ts'
import { growthPlots } from './growth-plots.ts'

/** Seen from the bundle in dist. */
const docsFolder = new URL('../../docs/', import.meta.url)

/** What earlier runs left. */
export function readMeasured(docs: URL = docsFolder): Measured {
  try {
    return JSON.parse(readFileSync(new URL('benchmarks.json', docs), 'utf8')) as Measured
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { runs: [] }
    throw error
  }
}

/** The data, the document and its pictures, as they are to be. */
export function filesOf(measured: Measured, docs: URL = docsFolder): [file: URL, text: string][] {
  const pictures = measured.growth ? growthPlots(measured.growth) : {}
  return [
    [new URL('benchmarks.json', docs), `${JSON.stringify(measured, null, 1)}\n`],
    [new URL('benchmarks.md', docs), documentOf(measured)],
    ...Object.entries(pictures).map(([name, svg]): [URL, string] => [
      new URL(`benchmarks/${name}`, docs),
      svg,
    ]),
  ]
}

/** Writes the files; gives their names. */
export function writeDocument(measured: Measured): string[] {
  mkdirSync(new URL('benchmarks/', docsFolder), { recursive: true })
  const files = filesOf(measured)
  for (const [file, text] of files) writeFileSync(file, text)
  return files.map(([file]) => fileURLToPath(file))
}
