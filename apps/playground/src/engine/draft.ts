import { opfsFolder, opfsStore } from './opfs-store.ts'

const file = 'pairs.tsv'

/** Pairs that were pasted at some time; empty where there are none, or the browser keeps nothing. */
export async function readDraft(): Promise<string> {
  const bytes = await opfsFolder('drafts')
    .then((folder) => opfsStore(folder).read(file))
    .catch(() => undefined)
  return bytes ? new TextDecoder().decode(bytes) : ''
}

/** Keeps pasted pairs, so that they survive a reload. Throws StorageError where there is no room. */
export async function keepDraft(text: string): Promise<void> {
  await opfsStore(await opfsFolder('drafts')).write(file, new TextEncoder().encode(text))
}
