import { opfsFolder, opfsStore } from './opfs-store.ts'
import type { RunRecord } from './run-record.ts'

/** The runs that the browser keeps, the newest first; one whose record is broken is left out. */
export async function savedRuns(): Promise<RunRecord[]> {
  const runs: RunRecord[] = []
  for await (const [name, handle] of (await opfsFolder('runs')).entries()) {
    if (handle.kind !== 'directory') continue
    const bytes = await opfsStore(handle as FileSystemDirectoryHandle).read('playground.json')
    const record = bytes && parse(bytes)
    if (record) runs.push({ ...record, id: name })
  }
  return runs.sort((a, b) => b.id.localeCompare(a.id))
}

function parse(bytes: Uint8Array): RunRecord | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
