/** How long computation may go on before others get a turn, in milliseconds. */
const longestMs = 25

/**
 * Gives timers, signals and the page a turn now and then: a backend that computes on the CPU resolves its promises
 * without ever letting the event loop go on.
 */
export class Turns {
  private lastMs = performance.now()

  async give(): Promise<void> {
    if (performance.now() - this.lastMs < longestMs) return
    await new Promise<void>((resolve) => {
      if (typeof setImmediate === 'function') setImmediate(resolve)
      else setTimeout(resolve)
    })
    this.lastMs = performance.now()
  }
}
