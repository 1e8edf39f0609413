import { describe, expect, it } from 'vitest'
import { StorageError } from '../errors.ts'
import { checkPath, memoryStore } from './file-store.ts'

describe('memoryStore', () => {
  it('reads what was written, and undefined where nothing was', async () => {
    const store = memoryStore({ 'a/b.json': Uint8Array.of(1) })
    await store.write('c', Uint8Array.of(2, 3))
    await store.write('a/b.json', new Uint8Array(0))
    expect(await store.read('c')).toEqual(Uint8Array.of(2, 3))
    expect(await store.read('a/b.json')).toEqual(new Uint8Array(0))
    expect(await store.read('a')).toBeUndefined()
  })

  it('shares no memory with its callers', async () => {
    const given = Uint8Array.of(1)
    const store = memoryStore()
    await store.write('x', given)
    given[0] = 9
    const first = await store.read('x')
    first?.fill(8)
    expect(await store.read('x')).toEqual(Uint8Array.of(1))
  })

  it('removes, and does not mind what is not there', async () => {
    const store = memoryStore({ x: Uint8Array.of(1) })
    await store.remove('x')
    await store.remove('x')
    expect(await store.read('x')).toBeUndefined()
  })

  it('lists by prefix, sorted', async () => {
    const store = memoryStore({ 't/b': Uint8Array.of(), 't/a': Uint8Array.of(), to: Uint8Array.of() })
    expect(await store.list()).toEqual(['t/a', 't/b', 'to'])
    expect(await store.list('t/')).toEqual(['t/a', 't/b'])
    expect(await store.list('u')).toEqual([])
  })
})

describe('checkPath', () => {
  it.each(['a', 'a/b.c', '..a/b..', '.hidden', 'a b/ক'])('takes %o', (path) => {
    expect(checkPath(path)).toBe(path)
  })

  it.each(['', '/a', 'a/', 'a//b', '.', 'a/./b', '../a', 'a/..', 'a\\b', 'a\0'])(
    'refuses %o',
    async (path) => {
      expect(() => checkPath(path)).toThrow(StorageError)
      const store = memoryStore()
      await expect(store.read(path)).rejects.toThrow(StorageError)
      await expect(store.write(path, new Uint8Array(1))).rejects.toThrow(StorageError)
      await expect(store.remove(path)).rejects.toThrow(StorageError)
      expect(() => memoryStore({ [path]: new Uint8Array(1) })).toThrow(StorageError)
    },
  )
})
