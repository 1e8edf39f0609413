import { ratioOf } from '../comparison/ratio.ts'
import { digits, figureOf, textOf } from './figures.ts'
import { type Report, resultFor } from './report.ts'

/** What a target came to. */
export interface Reached {
  readonly measured: string
  readonly isReached: boolean
}

/** Something to reach, as data: who, on what, how much. */
export interface Target {
  /** Workload and id of who is to reach it. */
  readonly workload: string
  readonly id: string
  readonly goal: string
  /** What `who` came to: the one whose goal it is, or another in its place. Undefined where the run did not measure it. */
  readonly judge: (report: Report, who: string) => Reached | undefined
}

/** At least so much work a second. */
function atLeast(workload: string, id: string, least: number): Target {
  const { unit } = figureOf({ workload, medianMs: 1 })
  return {
    workload,
    id,
    goal: `≥ ${least.toLocaleString('en-US')} ${unit}`,
    judge(report, who) {
      const result = resultFor(report, workload, who)
      if (!result) return undefined
      const figure = figureOf(result)
      return { measured: textOf(figure), isReached: figure.value >= least }
    },
  }
}

/** At most so many times as long as another. */
function atMostTimes(workload: string, id: string, most: number, other: string): Target {
  return {
    workload,
    id,
    goal: `≤ ${most.toFixed(1)} × ${other === 'pytorch' ? 'PyTorch' : other}`,
    judge(report, who) {
      const [own, theirs] = [resultFor(report, workload, who), resultFor(report, workload, other)]
      if (!own || !theirs) return undefined
      const ratio = ratioOf(own, theirs)
      return { measured: `${digits(own.medianMs)} ms, ${digits(ratio)} ×`, isReached: ratio <= most }
    },
  }
}

/** At least so many times as fast as another of ours or a limit. */
function atLeastSpeed(workload: string, id: string, least: number, other: string, name: string): Target {
  return {
    workload,
    id,
    goal: `≥ ${least} × ${name}`,
    judge(report, who) {
      // One thread of a page is beside two of a page; a limit is the same for all.
      const own = resultFor(report, workload, who)
      const near = who === id ? undefined : resultFor(report, workload, `chromium-${other}`)
      const theirs = near ?? resultFor(report, workload, other)
      if (!own || !theirs) return undefined
      const speed = ratioOf(theirs, own)
      return { measured: `${textOf(figureOf(own))}, ${digits(speed)} ×`, isReached: speed >= least }
    },
  }
}

/** At most so much of a figure that is no workload's time. */
function atMost(
  workload: string,
  goal: string,
  most: number,
  read: (report: Report) => { value: number; text: string } | undefined,
): Target {
  return {
    workload,
    id: 'cpu',
    goal,
    judge(report, who) {
      const seen = who === 'cpu' ? read(report) : undefined
      return seen && { measured: seen.text, isReached: seen.value <= most }
    },
  }
}

const squares = ['gemm-512x512x512', 'gemm-1024x1024x1024']

/** What backend-cpu is held to. */
export const targets: readonly Target[] = [
  ...squares.flatMap((workload) => [
    atLeast(workload, 'cpu', 45),
    atLeast(workload, 'cpu-simd', 37),
    atLeastSpeed(workload, 'cpu-2', 1.8, 'cpu', 'one thread'),
  ]),
  atLeast('gemm-768x256x1024', 'cpu', 42),
  atLeast('gemm-32x256x1024', 'cpu', 30),
  atLeastSpeed('gemm-1x512x58101', 'cpu', 0.9, 'limit-relaxed', 'reading the matrix'),
  atMostTimes('TT', 'cpu', 2, 'pytorch'),
  atMostTimes('TT', 'cpu-2', 1.1, 'pytorch'),
  atMostTimes('TR', 'cpu', 1.8, 'pytorch'),
  atMostTimes('TR', 'cpu-2', 1, 'pytorch'),
  atMostTimes('TG', 'cpu', 1.8, 'pytorch'),
  atMostTimes('TG', 'cpu-2', 1, 'pytorch'),
  atLeast('DS-b1', 'cpu', 1800),
  atLeast('DS-b16', 'cpu', 3200),
  atLeast('DM', 'cpu', 80),
  atMost('start-up', '≤ 200 ms', 200, (report) => {
    const result = resultFor(report, 'start-up', 'cpu')
    return result && { value: result.medianMs, text: `${digits(result.medianMs)} ms` }
  }),
  atMost('peak memory', '≤ 110 MB', 110, (report) => {
    const peak = resultFor(report, 'start-up', 'cpu')?.peakMegabytes
    return peak === undefined ? undefined : { value: peak, text: `${peak} MB` }
  }),
  atMost('download', '≤ 100 kB', 100, ({ downloads }) => {
    const own = downloads.find(({ id }) => id === 'cpu')
    if (!own) return undefined
    const [gzip, brotli] = [own.gzip / 1000, own.brotli / 1000]
    return { value: gzip, text: `${digits(gzip)} kB gzip, ${digits(brotli)} kB brotli` }
  }),
]
