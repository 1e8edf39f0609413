import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { describe, expect, inject, test } from 'vitest'
import { run } from '../src/command.ts'
import { manifestOf } from '../src/tarballs.ts'

const attwPackage = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json')
const attw = join(dirname(attwPackage), JSON.parse(readFileSync(attwPackage, 'utf8')).bin.attw)

describe.each(inject('tarballs'))('$name', ({ path, content }) => {
  test('publint finds nothing', async () => {
    const bytes = readFileSync(path)
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    const { messages } = await publint({ pack: { tarball }, strict: true })
    const manifest = manifestOf(content)
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([])
  })

  test('its types resolve wherever it does', async () => {
    const args = [attw, path, '--profile', 'esm-only', '--format', 'json']
    const { code, stdout } = await run(process.execPath, args)
    const { analysis } = JSON.parse(stdout)
    const { exports } = manifestOf(content)
    expect({ code, entries: Object.keys(analysis.entrypoints ?? {}) }, stdout).toEqual({
      code: 0,
      entries: Object.keys(exports),
    })
  })
})
