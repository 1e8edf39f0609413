import {
  type Backend,
  DragomanError,
  FormatError,
  loadModel,
  type Seq2Seq,
  StorageError,
} from '@dragoman/core'
import type { Environment } from './environment.ts'
import { diskStore } from './storage/disk-store.ts'
import { UsageError } from './usage-error.ts'

/** Opens a backend by name. Throws UsageError for an unknown one. */
export function openBackend(name: string, { backends }: Environment): Promise<Backend> {
  const entry = Object.hasOwn(backends, name) ? backends[name] : undefined
  if (entry) return entry.open()
  const hint = `available: ${Object.keys(backends).join(', ')}`
  throw new UsageError({ option: '--backend', problem: `'${name}' is not known`, hint })
}

/**
 * Loads the model of a folder, gives it to `use`, and gives its memory back.
 *
 * @throws StorageError where there is no model; FormatError, naming the folder, for a broken one.
 */
export async function withModel(
  folder: string,
  backendName: string,
  environment: Environment,
  use: (seq2seq: Seq2Seq) => Promise<void>,
): Promise<void> {
  await expectModel(folder, environment)
  const backend = await openBackend(backendName, environment)
  try {
    const seq2seq = await inFolder(folder, () => loadModel(diskStore(folder, environment.disk), backend))
    await use(seq2seq)
    await seq2seq.dispose()
  } finally {
    await backend.dispose()
  }
}

/** Throws StorageError where a folder holds no model. */
export async function expectModel(folder: string, environment: Environment): Promise<void> {
  if (await diskStore(folder, environment.disk).read('config.json')) return
  throw new StorageError({
    path: folder,
    problem: 'there is no model here',
    hint: 'dragoman train PAIRS.tsv --out DIR makes one',
  })
}

/** Lets errors about the content of a folder or file name it. */
export async function inFolder<T>(folder: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!DragomanError.isInstance(cause)) throw cause
    // Its message ends with its own hint, where it has one.
    throw new FormatError({ format: folder, problem: cause.message, cause })
  }
}
