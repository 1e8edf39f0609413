import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { checkPath, type FileStore, type OpenFile, StorageError } from '@dragoman/core'
import type { Disk } from './disk.ts'
import { asStorageError, codeOf } from './disk-error.ts'

/** `name.tmp-<process>-<random>`: a file that is being written. */
const temporary = /\.tmp-(\d+)-[0-9a-f]{12}$/

/**
 * A `FileStore` in a folder on disk, which is made by the first write.
 *
 * A file is written beside its place, flushed to the disk, and renamed into place; then its folder is
 * flushed too. So each file is the old one or the new one, whenever the process or the machine stops.
 * What a process that died was writing is not listed, and the next first write clears it away.
 *
 * @param folder as it stands in errors.
 * @param disk the file system; a test hands in one that fails.
 */
export function diskStore(folder: string, disk: Disk = fs): FileStore {
  const placeOf = (path: string) => join(folder, ...checkPath(path).split('/'))
  let isCleared = false

  return {
    read(path) {
      const place = placeOf(path)
      return guard(place, async () => {
        try {
          const { buffer, byteOffset, length } = await disk.readFile(place)
          return new Uint8Array(buffer, byteOffset, length)
        } catch (error) {
          if (isMissing(error)) return undefined
          throw error
        }
      })
    },
    open(path) {
      const place = placeOf(path)
      return guard(place, async () => {
        try {
          return await openFile(disk, place)
        } catch (error) {
          if (isMissing(error)) return undefined
          throw error
        }
      })
    },
    async write(path, bytes) {
      const place = placeOf(path)
      await guard(place, async () => {
        if (!isCleared) await clearLeftovers(disk, folder)
        isCleared = true
        await makeFolder(disk, dirname(place))
        await replaceFile(disk, place, bytes)
      })
    },
    remove(path) {
      const place = placeOf(path)
      return guard(place, async () => {
        await disk.rm(place, { force: true })
        await removeEmptyFolders(disk, folder, dirname(place))
      })
    },
    list(prefix = '') {
      return guard(folder, async () => {
        const paths = (await filesUnder(disk, folder)).map((path) => path.split(sep).join('/'))
        return paths.filter((path) => path.startsWith(prefix) && !temporary.test(path)).sort()
      })
    },
  }
}

/** Failures of the disk become StorageErrors. */
async function guard<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asStorageError(place, error)
  }
}

/** What was opened stays what it is when another file takes its place. */
async function openFile(disk: Disk, place: string): Promise<OpenFile> {
  const file = await disk.open(place, 'r')
  const { size } = await file.stat()
  const read = async (begin: number, target: Uint8Array) => {
    for (let at = 0; at < target.length; ) {
      const { bytesRead } = await file.read(target, at, target.length - at, begin + at)
      if (bytesRead === 0) {
        throw new StorageError({ path: place, problem: `it ends before byte ${begin + target.length}` })
      }
      at += bytesRead
    }
  }
  return { size, read: (begin, target) => guard(place, () => read(begin, target)), close: () => file.close() }
}

async function replaceFile(disk: Disk, place: string, bytes: Uint8Array): Promise<void> {
  const beside = `${place}.tmp-${process.pid}-${randomBytes(6).toString('hex')}`
  try {
    const file = await disk.open(beside, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await disk.rename(beside, place)
  } catch (error) {
    // Where even this fails, the first error is the one to tell; the leftover is never read.
    await disk.rm(beside, { force: true }).catch(() => {})
    throw error
  }
  await flushFolder(disk, dirname(place))
}

/** Makes a folder and those above it, and flushes the entries that were new. */
async function makeFolder(disk: Disk, folder: string): Promise<void> {
  const first = await disk.mkdir(folder, { recursive: true })
  if (first === undefined) return
  let parent = folder
  do {
    parent = dirname(parent)
    await flushFolder(disk, parent)
  } while (parent !== dirname(first) && parent !== dirname(parent))
}

async function flushFolder(disk: Disk, folder: string): Promise<void> {
  // Windows opens no folders, and writes its entries through.
  if (process.platform === 'win32') return
  const handle = await disk.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function filesUnder(disk: Disk, folder: string): Promise<string[]> {
  try {
    const entries = await disk.readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

async function clearLeftovers(disk: Disk, folder: string): Promise<void> {
  for (const path of await filesUnder(disk, folder)) {
    const writer = temporary.exec(path)?.[1]
    if (writer === undefined || isRunning(Number(writer))) continue
    const place = join(folder, path)
    await disk.rm(place, { force: true })
    await removeEmptyFolders(disk, folder, dirname(place))
  }
}

/** Removes folders inside the store that nothing is left in, from the inside out. */
async function removeEmptyFolders(disk: Disk, root: string, folder: string): Promise<void> {
  const top = join(root)
  for (let at = folder; at !== top && at.startsWith(top); at = dirname(at)) {
    try {
      await disk.rmdir(at)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return
    }
  }
}

function isRunning(process_: number): boolean {
  try {
    process.kill(process_, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
}
