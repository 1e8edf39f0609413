import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BackendError } from '@dragoman/core'
import { resolve } from 'import-meta-resolve'

/** Runtimes that a user installs beside the command: it brings none, so that there is never a second copy. */
export class Engines {
  /** Where packages are looked for, the first first. */
  readonly #folders: readonly string[]

  /** @param folders files or folders whose `node_modules`, and those above, are searched. */
  constructor(...folders: readonly string[]) {
    this.#folders = folders
  }

  /** Whether a package is there; it is not loaded. */
  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  /**
   * Loads packages.
   *
   * @throws BackendError when one is not installed, with the command that installs them, or does not load.
   */
  async load(backend: string, names: readonly string[]): Promise<unknown[]> {
    this.expect(backend, names)
    return Promise.all(names.map((name) => this.#load(backend, name)))
  }

  /** Throws BackendError when a package is not installed, with the command that installs all of them. */
  expect(backend: string, names: readonly string[]): void {
    const missing = names.filter((name) => !this.has(name))
    if (missing.length === 0) return
    const isAre = missing.length === 1 ? 'is' : 'are'
    throw new BackendError({
      backend,
      problem: `${missing.join(' and ')} ${isAre} not installed`,
      hint: `npm install ${names.join(' ')}`,
    })
  }

  /** The URL that `import` would take in the first folder that has the package. */
  #find(name: string): string | undefined {
    for (const folder of this.#folders) {
      try {
        return resolve(name, pathToFileURL(join(folder, 'from-here.js')).href)
      } catch {
        // Not there: the next folder may have it.
      }
    }
    return undefined
  }

  async #load(backend: string, name: string): Promise<unknown> {
    try {
      return await import(this.#find(name)!)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new BackendError({
        backend,
        problem: `${name} is installed, but does not load`,
        seen: [why],
        cause,
      })
    }
  }
}
