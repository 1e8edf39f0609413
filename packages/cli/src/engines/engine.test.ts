import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BackendError } from '@dragoman/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Engines } from './engine.ts'

/** A project in which packages are installed, each a CommonJS module of the source given. */
function project(packages: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-engines-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, source] of Object.entries(packages)) {
    const home = join(folder, 'node_modules', name)
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
    writeFileSync(join(home, 'index.js'), source)
  }
  return folder
}

describe('engines', () => {
  test('are loaded from the first folder that has them', async () => {
    const here = project({ 'engine-a': "exports.from = 'here'" })
    const beside = project({ 'engine-a': "exports.from = 'beside'", '@scope/b': "exports.from = 'beside'" })
    const engines = new Engines(here, beside)
    const loaded = await engines.load('gpu', ['engine-a', '@scope/b'])
    expect(loaded).toMatchObject([{ from: 'here' }, { from: 'beside' }])
    expect([engines.has('engine-a'), engines.has('engine-c')]).toEqual([true, false])
  })

  test('say with which command they are installed, all of them', async () => {
    const engines = new Engines(project({ 'engine-a': '' }))
    expect(() => engines.expect('gpu', ['engine-a', 'engine-b'])).toThrow(
      'gpu: engine-b is not installed\n  hint: npm install engine-a engine-b',
    )
    await expect(engines.load('gpu', ['engine-b', 'engine-c'])).rejects.toThrow(
      'gpu: engine-b and engine-c are not installed\n  hint: npm install engine-b engine-c',
    )
  })

  test('tell why they do not load', async () => {
    const engines = new Engines(project({ native: "throw new Error('built for another machine')" }))
    const error = await engines.load('gpu', ['native']).catch((caught: unknown) => caught)
    expect(BackendError.isInstance(error) && error.message).toBe(
      'gpu: native is installed, but does not load\n  built for another machine',
    )
  })
})
