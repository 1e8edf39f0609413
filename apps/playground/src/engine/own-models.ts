import { type FileStore, modelFiles, StorageError } from '@dragoman/core'
import { opfsFolder, opfsStore } from './opfs-store.ts'

/** The folders that this browser keeps: runs of the page, and models that were opened from files. */
export type KeptFolder = 'runs' | 'models'

/** A model that this browser keeps, by `runs/…` or `models/…`. */
export function isKept(key: string): boolean {
  return /^(runs|models)\/[^/]+$/.test(key)
}

/** Its folder. Throws StorageError where there is none. */
export async function keptStore(key: string): Promise<FileStore> {
  const [parent, name] = key.split('/') as [KeptFolder, string]
  const folder = await opfsFolder(parent)
  try {
    return opfsStore(await folder.getDirectoryHandle(name))
  } catch (cause) {
    throw new StorageError({
      path: key,
      problem: 'this browser keeps no such model',
      hint: 'choose another model: those trained or opened here stay in the browser that has them',
      cause,
    })
  }
}

/** Keeps a model's files under a name of its own, which is given back as a key. */
export async function keepModel(name: string, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const folder = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^\.+/, '') || 'model'
  const store = opfsStore(await opfsFolder('models', folder))
  for (const path of await store.list()) await store.remove(path)
  for (const [path, bytes] of Object.entries(files)) await store.write(path, bytes)
  return `models/${folder}`
}

/** The names of the models that were opened from files. */
export async function openedModels(): Promise<string[]> {
  const names: string[] = []
  for await (const [name, handle] of (await opfsFolder('models')).entries()) {
    if (handle.kind === 'directory') names.push(name)
  }
  return names.sort()
}

/** The files of a kept model that the command line reads, by path. */
export async function filesOf(key: string): Promise<Record<string, Uint8Array>> {
  const store = await keptStore(key)
  const files: Record<string, Uint8Array> = {}
  for (const path of Object.values(modelFiles)) {
    const bytes = await store.read(path)
    if (bytes) files[path] = bytes
  }
  return files
}

/** Forgets a kept model and all that lies in its folder. */
export async function forgetModel(key: string): Promise<void> {
  const [parent, name] = key.split('/') as [KeptFolder, string]
  await (await opfsFolder(parent)).removeEntry(name, { recursive: true })
}
