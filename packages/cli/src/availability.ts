import { BackendError, OptionError } from '@dragoman/core'
import type { BackendEntry } from './backends.ts'

/** What a backend says of itself, or why it cannot be had here. */
export type Availability =
  | { readonly available: true; readonly info: Readonly<Record<string, string | number | boolean>> }
  | { readonly available: false; readonly reason: string }

/** Opens a backend and asks it. */
export async function inspectBackend(entry: BackendEntry): Promise<Availability> {
  try {
    const backend = await entry.open()
    const info = backend.info()
    await backend.dispose()
    return { available: true, info }
  } catch (error) {
    return { available: false, reason: reasonOf(error) }
  }
}

/** Why a backend cannot be had, in a line. */
export function reasonOf(error: unknown): string {
  if (BackendError.isInstance(error) || OptionError.isInstance(error)) {
    return [error.problem, ...(error.hint === undefined ? [] : [error.hint])].join('; ')
  }
  return error instanceof Error ? error.message : String(error)
}
