import type { FileStore } from '@dragoman/core'
import { checkPath, StorageError } from '@dragoman/core'

/** A folder of the origin's private file system, made where it is missing. */
export async function opfsFolder(...names: readonly string[]): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory()
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create: true })
  return folder
}

/** A folder of the browser as a store: what is written there survives a reload. A file changes at once or not at all. */
export function opfsStore(folder: FileSystemDirectoryHandle): FileStore {
  return {
    async read(path) {
      const file = await find(folder, path)
      return file && new Uint8Array(await (await file.getFile()).arrayBuffer())
    },
    async write(path, bytes) {
      const parts = checkPath(path).split('/')
      let at = folder
      try {
        for (const name of parts.slice(0, -1)) at = await at.getDirectoryHandle(name, { create: true })
        const file = await at.getFileHandle(parts.at(-1)!, { create: true })
        // The file takes the new bytes when the stream is closed, not before.
        const stream = await file.createWritable()
        await stream.write(bytes as Uint8Array<ArrayBuffer>)
        await stream.close()
      } catch (cause) {
        const problem = `the browser does not store it: ${cause instanceof Error ? cause.message : cause}`
        throw new StorageError({
          path,
          problem,
          hint: 'free some space, or delete runs that are not needed',
          cause,
        })
      }
    },
    async remove(path) {
      const parts = checkPath(path).split('/')
      const parent = await descend(folder, parts.slice(0, -1))
      await parent?.removeEntry(parts.at(-1)!).catch(ignoreMissing)
    },
    async list(prefix = '') {
      const paths: string[] = []
      await collect(folder, '', paths)
      return paths.filter((path) => path.startsWith(prefix)).sort()
    },
  }
}

async function find(
  folder: FileSystemDirectoryHandle,
  path: string,
): Promise<FileSystemFileHandle | undefined> {
  const parts = checkPath(path).split('/')
  const parent = await descend(folder, parts.slice(0, -1))
  return parent?.getFileHandle(parts.at(-1)!).catch(ignoreMissing)
}

async function descend(
  folder: FileSystemDirectoryHandle,
  names: readonly string[],
): Promise<FileSystemDirectoryHandle | undefined> {
  let at: FileSystemDirectoryHandle | undefined = folder
  for (const name of names) at = await at?.getDirectoryHandle(name).catch(ignoreMissing)
  return at
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof DOMException && error.name === 'NotFoundError') return undefined
  throw error
}

async function collect(folder: FileSystemDirectoryHandle, prefix: string, paths: string[]): Promise<void> {
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind === 'file') paths.push(prefix + name)
    else await collect(handle as FileSystemDirectoryHandle, `${prefix}${name}/`, paths)
  }
}
