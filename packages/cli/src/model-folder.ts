import {
  type Backend,
  DragomanError,
  FormatError,
  loadModel,
  type Seq2Seq,
  StorageError,
} from '@dragoman/core'
import type { BackendFlags } from './backend-options.ts'
import type { BackendEntry } from './backends.ts'
import type { Environment } from './environment.ts'
import { diskStore } from './storage/disk-store.ts'
import { UsageError } from './usage-error.ts'

/** Opens the backend that was asked for. Throws UsageError for an unknown one. */
export function openBackend({ backend, threads }: BackendFlags, environment: Environment): Promise<Backend> {
  return backendNamed(backend, '--backend', environment).open({ threads })
}

/** What is known of a backend by name. Throws UsageError, naming the option, for an unknown one. */
export function backendNamed(name: string, option: string, { backends }: Environment): BackendEntry {
  const entry = Object.hasOwn(backends, name) ? backends[name] : undefined
  if (entry) return entry
  const hint = `known: ${Object.keys(backends).join(', ')}; dragoman backends says which are available`
  throw new UsageError({ option, problem: `'${name}' is not known`, hint })
}

/**
 * Loads the model of a folder, gives it to `use`, and gives its memory back.
 *
 * @throws StorageError where there is no model; FormatError, naming the folder, for a broken one.
 */
export async function withModel(
  folder: string,
  flags: BackendFlags,
  environment: Environment,
  use: (seq2seq: Seq2Seq) => Promise<void>,
): Promise<void> {
  await expectModel(folder, environment)
  const backend = await openBackend(flags, environment)
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
