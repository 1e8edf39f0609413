import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { documentOf, type Measured } from './document.ts'
import { growthPlots } from './growth-plots.ts'

const docs = new URL('../../docs/', import.meta.url)
const data = new URL('benchmarks.json', docs)

/** What earlier runs left. */
export function readMeasured(): Measured {
  try {
    return JSON.parse(readFileSync(data, 'utf8')) as Measured
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { runs: [] }
    throw error
  }
}

/** Writes the data, the document and its pictures; gives the names of the files. */
export function writeDocument(measured: Measured): string[] {
  const pictures = measured.growth ? growthPlots(measured.growth) : {}
  mkdirSync(new URL('benchmarks/', docs), { recursive: true })
  const files: [URL, string][] = [
    [data, `${JSON.stringify(measured, null, 1)}\n`],
    [new URL('benchmarks.md', docs), documentOf(measured)],
    ...Object.entries(pictures).map(([name, svg]): [URL, string] => [
      new URL(`benchmarks/${name}`, docs),
      svg,
    ]),
  ]
  for (const [file, text] of files) writeFileSync(file, text)
  return files.map(([file]) => fileURLToPath(file))
}
