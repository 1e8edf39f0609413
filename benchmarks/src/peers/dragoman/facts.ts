import type { Backend } from '@dragoman/core'

/** What a backend says of its engine and its threads. */
export function factsOf(backend: Backend): Record<string, string | number> {
  const { engine, threads } = backend.info()
  return {
    ...(typeof engine === 'string' ? { engine } : {}),
    ...(typeof threads === 'number' ? { threads } : {}),
  }
}
