import type { Command } from 'commander'
import type { Environment } from './environment.ts'
import { wholeNumber } from './option-parsers.ts'

/** The options that say what a command runs on. */
export interface BackendFlags {
  readonly backend: string
  readonly threads?: number | undefined
}

/** Adds them; the first backend is the default. */
export function addBackendOptions(command: Command, { backends }: Environment): Command {
  const names = Object.keys(backends)
  return command
    .option('--backend <NAME>', `what it runs on: ${names.join(', ')}`, names[0])
    .option('--threads <N>', 'threads that the backend works with', wholeNumber(1))
}
