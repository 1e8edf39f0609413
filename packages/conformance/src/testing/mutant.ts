import type { Backend } from '@dragoman/core'

/** A broken backend, and the cases that are meant for its mistake. */
export interface Mutant {
  readonly name: string
  readonly backend: () => Backend
  /** Ids of cases, each of which must fail. */
  readonly caught: readonly string[]
}
