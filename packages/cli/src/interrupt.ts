import type { EventEmitter } from 'node:events'

/** A wish to stop: finish what is under way, save, and end. */
export interface Interrupt {
  readonly signal: AbortSignal
  /** As if Ctrl-C were pressed. */
  abort(): void
  /** Stops listening. */
  release(): void
}

/** Exit code of a process that Ctrl-C ended, as shells have it. */
export const interruptedCode = 130

// A terminal and npx may both pass the same Ctrl-C on; only a later one means "at once".
const sameKeyMs = 500
const signals = ['SIGINT', 'SIGTERM'] as const

/** Listens for SIGINT and SIGTERM: the first one asks to stop, a second one calls `exit`. */
export function listenForInterrupt(emitter: EventEmitter, clock: () => number, exit: () => void): Interrupt {
  const controller = new AbortController()
  let firstMs = 0
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      if (clock() - firstMs > sameKeyMs) exit()
      return
    }
    firstMs = clock()
    controller.abort()
  }
  for (const name of signals) emitter.on(name, onSignal)
  return {
    signal: controller.signal,
    abort: () => controller.abort(),
    release: () => {
      for (const name of signals) emitter.off(name, onSignal)
    },
  }
}

/** Listens to the signals of this process, which a second one ends at once. */
export function processInterrupt(): Interrupt {
  return listenForInterrupt(
    process,
    () => performance.now(),
    () => process.exit(interruptedCode),
  )
}
