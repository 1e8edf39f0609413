import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findChromium } from './chromium.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-'))
  await writeFile(join(folder, 'google-chrome'), '')
  await chmod(join(folder, 'google-chrome'), 0o755)
})
afterAll(() => rm(folder, { recursive: true }))

test('the browser is found on the path', () => {
  expect(findChromium({ PATH: `${join(folder, 'none')}${delimiter}${folder}` })).toBe(
    join(folder, 'google-chrome'),
  )
})

test('CHROMIUM_PATH comes first', () => {
  expect(findChromium({ PATH: folder, CHROMIUM_PATH: '/opt/browser' })).toBe('/opt/browser')
})

test('without a browser nothing is found', () => {
  expect(findChromium({ PATH: join(folder, 'none') })).toBeUndefined()
})
