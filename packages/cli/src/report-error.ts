import { AbortError, DragomanError } from '@dragoman/core'
import type { Environment } from './environment.ts'
import { interruptedCode } from './interrupt.ts'
import { ClosedOutputError, type Terminal } from './terminal.ts'
import { InterruptedError, UsageError } from './usage-error.ts'

/** Says what went wrong, in one message and without a stack, and returns the exit code. */
export function reportError(error: unknown, { isDebug }: Environment, terminal: Terminal): number {
  if (error instanceof ClosedOutputError) return 0
  terminal.note(`dragoman: ${messageOf(error)}`)
  if (isDebug && error instanceof Error) terminal.note(error.stack ?? '')
  if (error instanceof InterruptedError || AbortError.isInstance(error)) return interruptedCode
  return UsageError.isInstance(error) ? 2 : 1
}

function messageOf(error: unknown): string {
  if (DragomanError.isInstance(error) || error instanceof InterruptedError) return error.message
  const message = error instanceof Error ? error.message : String(error)
  return `unexpected: ${message}\n  hint: a fault of dragoman; DRAGOMAN_DEBUG=1 shows where, please report it`
}
