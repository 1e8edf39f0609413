import { OptionError } from '@dragoman/core'

/** The command was called in a wrong way: exit code 2. */
export class UsageError extends OptionError {
  static override readonly errorName: string = 'UsageError'
}

/** The user stopped the command; what was done until then is saved. */
export class InterruptedError extends Error {}
