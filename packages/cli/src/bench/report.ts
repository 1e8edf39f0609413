import type { ProfiledRounds, Timing } from './bench.ts'

/** All of a `dragoman bench`; its JSON. */
export interface BenchReport extends Timing, Partial<ProfiledRounds> {
  readonly model: string
  readonly backend: string
  readonly task: 'decode' | 'train'
  /** Sources or pairs of a round. */
  readonly items: number
  readonly isMadeUp: boolean
  readonly rounds: number
  /** Of the median round. */
  readonly tokensPerSecond: number
}

/** A report for people, without the profile. */
export function describeBench(report: BenchReport): string[] {
  const { task, items, tokens, rounds, medianMs, leastMs, firstMs, tokensPerSecond } = report
  const noun = task === 'train' ? 'pairs' : 'sources'
  const what = `${items.toLocaleString('en')} ${report.isMadeUp ? 'made-up ' : ''}${noun}`
  const round = task === 'train' ? 'training step' : 'decoding'
  const facts = Object.entries(report.info).filter(([key]) => key === 'engine' || key === 'threads')
  const backend = [report.backend, ...facts.map(([key, value]) => `${key} ${value}`)].join(', ')
  return [
    `${round.padEnd(13)} ${what}, ${tokens.toLocaleString('en')} target tokens`,
    `backend       ${backend}`,
    `median        ${milliseconds(medianMs)} of ${rounds}; fastest ${milliseconds(leastMs)}, first ${milliseconds(firstMs)}`,
    `tokens/s      ${Math.round(tokensPerSecond).toLocaleString('en')}`,
    ...describeProfiled(report),
  ]
}

function describeProfiled({ profile, profiledMs }: BenchReport): string[] {
  if (!profile || profiledMs === undefined) return []
  return [`instructions  ${milliseconds(profile.ms)} of ${milliseconds(profiledMs)} with the profiler`]
}

function milliseconds(ms: number): string {
  return `${ms >= 100 ? Math.round(ms).toLocaleString('en') : Number(ms.toPrecision(3))} ms`
}
