import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore, StorageError } from '@dragoman/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { diskStore } from './disk-store.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The file system, with one operation that fails. */
function failing(name: 'open' | 'mkdir' | 'rename' | 'readFile' | 'readdir', code: string): typeof fs {
  const fail = async () => {
    throw Object.assign(new Error(code), { code })
  }
  return { ...fs, [name]: fail }
}

describe.each([
  ['disk', () => diskStore(join(temporaryFolder(), 'deep', 'model'))],
  ['memory', () => memoryStore()],
])('a file store on %s', (_, make) => {
  test('reads what was written, and lists it in order', async () => {
    const store = make()
    expect(await store.list()).toEqual([])
    expect(await store.read('a.json')).toBeUndefined()
    await store.write('trainer/step-2/state.json', bytes('2'))
    await store.write('trainer.json', bytes('t'))
    await store.write('a.json', bytes('old'))
    await store.write('a.json', bytes('new'))
    expect(await store.read('a.json')).toEqual(bytes('new'))
    expect(await store.list()).toEqual(['a.json', 'trainer.json', 'trainer/step-2/state.json'])
    expect(await store.list('trainer/')).toEqual(['trainer/step-2/state.json'])
    await store.remove('a.json')
    await store.remove('a.json')
    expect(await store.read('a.json')).toBeUndefined()
    expect(await store.read('trainer.json/inside')).toBeUndefined()
  })

  test('opens a file to be read in parts, all of them of one version', async () => {
    const store = make()
    expect(await store.open!('a')).toBeUndefined()
    await store.write('a', Uint8Array.of(1, 2, 3, 4, 5))
    const file = (await store.open!('a'))!
    await store.write('a', Uint8Array.of(9))
    expect(file.size).toBe(5)
    const part = new Uint8Array(3)
    await file.read(1, part)
    expect(part).toEqual(Uint8Array.of(2, 3, 4))
    await expect(file.read(3, part)).rejects.toThrow(StorageError)
    await expect(file.read(3, part)).rejects.toThrow('it ends before byte 6')
    await file.close()
  })

  test.each(['../outside', '/absolute', 'a//b', './a', 'a\\b', ''])('refuses the path %j', async (path) => {
    await expect(async () => make().write(path, bytes('x'))).rejects.toThrow(StorageError)
  })
})

describe('on disk', () => {
  test('a folder that is empty after a remove is gone', async () => {
    const folder = temporaryFolder()
    const store = diskStore(folder)
    await store.write('trainer/step-1/state.json', bytes('1'))
    await store.remove('trainer/step-1/state.json')
    expect(readdirSync(folder)).toEqual([])
  })

  test('what a writer that died left is not listed, and cleared by the next one', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'trainer', 'step-1'), { recursive: true })
    // No process has this number: the largest on Linux is 2^22.
    const dead = join(folder, 'trainer', 'step-1', 'w.safetensors.tmp-99999999-0123456789ab')
    const alive = join(folder, `a.json.tmp-${process.pid}-0123456789ab`)
    for (const path of [dead, alive]) writeFileSync(path, 'half')
    const store = diskStore(folder)
    expect(await store.list()).toEqual([])
    await store.write('b.json', bytes('b'))
    expect(readdirSync(folder).sort()).toEqual([`a.json.tmp-${process.pid}-0123456789ab`, 'b.json'])
  })

  test.each([
    ['open', 'ENOSPC', 'the disk is full'],
    ['open', 'EACCES', 'permission denied'],
    ['mkdir', 'EROFS', 'the disk can only be read'],
    ['rename', 'EISDIR', 'this is a folder, not a file'],
  ] as const)('%s that fails with %s: %s, and the old file stays', async (name, code, problem) => {
    const folder = temporaryFolder()
    await diskStore(folder).write('a.json', bytes('old'))
    const writing = diskStore(folder, failing(name, code)).write('a.json', bytes('new'))
    await expect(writing).rejects.toThrow(`${join(folder, 'a.json')}: ${problem}`)
    await expect(writing).rejects.toThrow(StorageError)
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['a.json'])
  })

  test('reading and listing that fail are told too', async () => {
    const folder = temporaryFolder()
    await expect(diskStore(folder, failing('readFile', 'EACCES')).read('a')).rejects.toThrow(
      'permission denied',
    )
    await expect(diskStore(folder, failing('readdir', 'EACCES')).list()).rejects.toThrow(
      `${folder}: permission`,
    )
  })
})
