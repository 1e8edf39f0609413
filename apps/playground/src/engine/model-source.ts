import type { FileStore } from '@dragoman/core'
import { checkPath } from '@dragoman/core'
import { keptStore } from './own-models.ts'

/** Where a model comes from: a folder beside the page, or one that this browser keeps. */
export type ModelSource =
  | { readonly from: 'shipped'; readonly name: string }
  | { readonly from: 'kept'; readonly key: string }

/** A model's files by path; `base` is the address of the page. */
export function storeOf(source: ModelSource, base: string): Promise<FileStore> | FileStore {
  if (source.from === 'kept') return keptStore(source.key)
  return webStore(new URL(`models/${encodeURIComponent(source.name)}/`, base))
}

/** A folder of a host, to read from. */
function webStore(folder: URL): FileStore {
  const refuse = () => Promise.reject(new Error('a shipped model cannot be changed'))
  return {
    async read(path) {
      const response = await fetch(new URL(checkPath(path), folder))
      if (response.status === 404) return undefined
      if (!response.ok) throw new Error(`${path}: the host answers ${response.status}`)
      return new Uint8Array(await response.arrayBuffer())
    },
    write: refuse,
    remove: refuse,
    list: async () => [],
  }
}
