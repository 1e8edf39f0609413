import { readFileSync } from 'node:fs'

/** What a process says at its end. */
export interface Finish {
  /** Ids that were written: one. */
  readonly ids: readonly number[]
  readonly peakMegabytes: number
}

/** Prints the result and the peak of memory, and ends the process. */
export function finish(ids: readonly number[]): void {
  const message: Finish = { ids, peakMegabytes: peakBytes() / 1e6 }
  process.stdout.write(`${JSON.stringify(message)}\n`, () => process.exit(0))
}

function peakBytes(): number {
  // The peak of the kernel's account for the process (ru_maxrss) may be that of its parent, before it became itself.
  if (process.platform === 'linux')
    return 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))![1])
  return 1024 * process.resourceUsage().maxRSS
}
