import { MultiBar, type SingleBar } from 'cli-progress'
import type { Environment, ErrorStream } from './environment.ts'

/** Shows how far a long piece of work is: a bar on a terminal, a line now and then elsewhere. */
export interface Progress {
  /** @param share from 0 to 1. */
  update(share: number, text: string): void
  /** A line that stays. */
  note(line: string): void
  /** Takes the bar away. */
  stop(): void
}

const barSize = 14
const firstLineMs = 2_000
const lineEveryMs = 10_000

/** Where progress goes, and a clock in milliseconds. */
export type ProgressOptions = Pick<Environment, 'stderr' | 'clock'>

/** The progress that suits where standard error goes. */
export function createProgress({ stderr, clock }: ProgressOptions): Progress {
  return stderr.isTTY ? barProgress(stderr) : lineProgress(stderr, clock)
}

function barProgress(stream: ErrorStream): Progress {
  // Signals are the command's own, and neither cursor nor wrapping is changed: a process that is
  // killed leaves the terminal as it was.
  const bars = new MultiBar({
    stream,
    format: '{bar} {percentage}%  {text}',
    barsize: barSize,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    gracefulExit: false,
    hideCursor: false,
    linewrap: true,
    forceRedraw: true,
  })
  let bar: SingleBar | undefined
  return {
    update(share, text) {
      bar ??= bars.create(1000, 0, { text })
      bar.update(Math.round(share * 1000), { text })
    },
    note(line) {
      if (!bar) stream.write(`${line}\n`)
      else {
        bars.log(`${line}\n`)
        bars.update()
      }
    },
    stop() {
      if (bar) bars.stop()
      bar = undefined
    },
  }
}

function lineProgress(stream: ErrorStream, clock: () => number): Progress {
  let nextMs = clock() + firstLineMs
  return {
    update(share, text) {
      const now = clock()
      if (now < nextMs) return
      nextMs = now + lineEveryMs
      stream.write(`${String(Math.round(share * 100)).padStart(3)}%  ${text}\n`)
    },
    note(line) {
      stream.write(`${line}\n`)
    },
    stop() {},
  }
}
