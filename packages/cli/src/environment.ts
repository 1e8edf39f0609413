import fs from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { type BackendTable, backendTable } from './backends.ts'
import { type Interrupt, processInterrupt } from './interrupt.ts'
import type { Disk } from './storage/disk.ts'

/** A stream that may be a terminal. */
export type ErrorStream = Writable & { readonly isTTY?: boolean | undefined; readonly columns?: number }

/** All that a command takes from its surroundings; a test hands in its own. */
export interface Environment {
  /** Opened when a command asks for it. */
  stdin(): AsyncIterable<Uint8Array>
  readonly stdout: Writable
  readonly stderr: ErrorStream
  readonly backends: BackendTable
  readonly disk: Disk
  /** Ctrl-C, from now on. */
  interrupt(): Interrupt
  /** Milliseconds, for times that are shown. */
  clock(): number
  /** Memory that this process has of the machine. */
  processBytes(): number
  /** Show the stack of an error. */
  readonly isDebug: boolean
}

/** The surroundings of this process. */
export function processEnvironment(): Environment {
  return {
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    backends: backendTable(process.cwd()),
    disk: fs,
    interrupt: processInterrupt,
    clock: () => performance.now(),
    processBytes: () => process.memoryUsage.rss(),
    isDebug: process.env.DRAGOMAN_DEBUG === '1',
  }
}
