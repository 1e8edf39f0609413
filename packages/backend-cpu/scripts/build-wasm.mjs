// Compiles assembly/ in each variant that asconfig.json names.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const baseDir = fileURLToPath(new URL('../', import.meta.url))
const { targets } = JSON.parse(await readFile(new URL('../asconfig.json', import.meta.url), 'utf8'))

for (const target of Object.keys(targets)) {
  const options = ['assembly/index.ts', '--config', 'asconfig.json', '--target', target, '--baseDir', baseDir]
  const { error, stderr } = await asc.main(options)
  if (error) throw new Error(`${target}: ${error.message}\n${stderr}`)
}
