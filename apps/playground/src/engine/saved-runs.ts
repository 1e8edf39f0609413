import { modelFiles } from '@dragoman/core'
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

/** The model folder of a run: what the command line reads. */
export async function runFiles(id: string): Promise<Record<string, Uint8Array>> {
  const store = opfsStore(await opfsFolder('runs', id))
  const files: Record<string, Uint8Array> = {}
  for (const path of Object.values(modelFiles)) {
    const bytes = await store.read(path)
    if (bytes) files[path] = bytes
  }
  return files
}

export async function deleteRun(id: string): Promise<void> {
  await (await opfsFolder('runs')).removeEntry(id, { recursive: true })
}
