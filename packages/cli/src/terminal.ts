import { StorageError } from '@dragoman/core'
import type { Environment } from './environment.ts'
import { diskProblem } from './storage/disk-error.ts'

/** Whoever read standard output has gone (`dragoman generate … | head`): no error, but nothing is left to do. */
export class ClosedOutputError extends Error {}

/** Where a command speaks: results on standard output, all else on standard error. */
export class Terminal {
  readonly #environment: Environment
  #failure: Error | undefined
  #drained: (() => void) | undefined

  constructor(environment: Environment) {
    this.#environment = environment
    environment.stdout.on('error', (error) => {
      this.#failure ??= asOutputError(error)
      this.#drained?.()
    })
    environment.stdout.on('drain', () => this.#drained?.())
    // Nothing is left to say it with.
    environment.stderr.on('error', () => {})
  }

  /**
   * Prints a line of results, and waits while the reader is slow.
   *
   * @throws ClosedOutputError when there is no reader any more; StorageError when the disk is full.
   */
  async print(line: string): Promise<void> {
    this.#check()
    if (!this.#environment.stdout.write(`${line}\n`)) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
      this.#drained = undefined
    }
    this.#check()
  }

  /** Prints a line of progress or advice. */
  note(line: string): void {
    this.#environment.stderr.write(`${line}\n`)
  }

  /** Waits until all that was printed is out. Throws as `print` does. */
  async finish(): Promise<void> {
    if (!this.#failure) {
      await new Promise<void>((resolve) => {
        this.#environment.stdout.write('', () => resolve())
      })
      // The stream tells its error after the callback.
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#check()
  }

  #check(): void {
    if (this.#failure) throw this.#failure
  }
}

function asOutputError(cause: Error): Error {
  if ('code' in cause && (cause.code === 'EPIPE' || cause.code === 'ERR_STREAM_DESTROYED')) {
    return new ClosedOutputError()
  }
  return new StorageError({ path: 'standard output', ...diskProblem(cause), cause })
}
