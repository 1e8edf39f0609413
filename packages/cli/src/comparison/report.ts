import type { Hypothesis } from '@dragoman/core'
import { type Divergence, firstDivergence, isSameTarget } from './divergence.ts'
import { largestDifference } from './logits.ts'
import type { Measurement } from './measure.ts'

/** One backend beside the baseline; the JSON of `dragoman compare` has one for each. */
export type ComparedBackend = UnavailableBackend | MeasuredBackend

export interface UnavailableBackend {
  readonly name: string
  readonly available: false
  readonly reason: string
}

export interface MeasuredBackend {
  readonly name: string
  readonly available: true
  /** What the backend says of itself. */
  readonly info: Measurement['info']
  /** Outputs with the same tokens as the baseline's. */
  readonly identical: number
  readonly firstDivergence?: Divergence
  /** The largest |Δ| of logits, the baseline's own outputs being the target. 0 for the baseline. */
  readonly largestLogitDifference: number
  readonly loadMs: number
  readonly compileMs: number
  readonly msPerToken: number
  readonly processBytes: number
  readonly liveArrays: number
  readonly liveBytes: number
}

/** All of a comparison. */
export interface Comparison {
  readonly model: string
  readonly sources: number
  /** Sources whose logits were compared: the first of them, where not all fit into memory. */
  readonly logitSources: number
  /** Tokens that the baseline generated, `<eos>` counted. */
  readonly tokens: number
  /** The first backend that is there: the others are compared with it. */
  readonly baseline: string
  readonly backends: readonly ComparedBackend[]
}

/** Sets a measurement beside the baseline's. */
export function compareWith(
  name: string,
  sources: readonly string[],
  baseline: Measurement,
  measured: Measurement,
): MeasuredBackend {
  const { outputs, logits, live, ...rest } = measured
  const divergence = firstDivergence(sources, baseline.outputs, outputs, baseline.logits)
  return {
    name,
    available: true,
    info: rest.info,
    identical: sameTargets(baseline.outputs, outputs),
    ...(divergence ? { firstDivergence: divergence } : {}),
    // One at a time: sources may be more than a call takes arguments.
    largestLogitDifference: logits.reduce(
      (largest, own, i) => Math.max(largest, largestDifference(baseline.logits[i]!, own)),
      0,
    ),
    loadMs: rest.loadMs,
    compileMs: rest.compileMs,
    msPerToken: rest.msPerToken,
    processBytes: rest.processBytes,
    liveArrays: live.arrays,
    liveBytes: live.bytes,
  }
}

function sameTargets(expected: readonly Hypothesis[], actual: readonly Hypothesis[]): number {
  return expected.filter((output, i) => isSameTarget(output, actual[i]!)).length
}

/** A comparison for people: a table, then where outputs first differ. */
export function describeComparison(comparison: Comparison): string[] {
  const { sources, logitSources, tokens, baseline, backends } = comparison
  const partly = `logits of the first ${count(logitSources, 'source')}: more do not fit into memory`
  return [
    `${count(sources, 'source')}, ${count(tokens, 'token')}, compared with ${baseline}`,
    ...(logitSources < sources ? [partly] : []),
    '',
    ...tableLines(comparison),
    ...backends.flatMap((backend) => describeDivergence(backend, baseline)),
  ]
}

function tableLines(comparison: Comparison): string[] {
  const { backends } = comparison
  const measured = backends.filter((backend) => backend.available).map((each) => cellsOf(each, comparison))
  const nameWidth = Math.max(...[heads[0]!, ...backends.map(({ name }) => name)].map(({ length }) => length))
  const widths = heads.map((head, i) => Math.max(head.length, ...measured.map((cells) => cells[i]!.length)))
  const line = ([name, ...cells]: readonly string[]) =>
    [name!.padEnd(nameWidth), ...cells.map((cell, i) => cell.padStart(widths[i + 1]!))].join('  ')
  const missing = ({ name, reason }: UnavailableBackend) => `${name.padEnd(nameWidth)}  not here: ${reason}`
  return [
    line(heads),
    ...backends.map((each) => (each.available ? line(cellsOf(each, comparison)) : missing(each))),
  ]
}

const heads = [
  'backend',
  'same outputs',
  'max |Δ logit|',
  'ms/token',
  'load ms',
  'compile ms',
  'arrays MB',
  'process MB',
]

function cellsOf(backend: MeasuredBackend, { sources, baseline }: Comparison): string[] {
  return [
    backend.name,
    backend.name === baseline ? '–' : `${backend.identical} of ${sources}`,
    backend.name === baseline ? '–' : backend.largestLogitDifference.toExponential(1),
    backend.msPerToken.toPrecision(3),
    backend.loadMs.toFixed(0),
    backend.compileMs.toFixed(0),
    megabytes(backend.liveBytes),
    `${backend.processBytes < 0 ? '−' : '+'}${megabytes(Math.abs(backend.processBytes))}`,
  ]
}

function describeDivergence(backend: ComparedBackend, baseline: string): string[] {
  if (!backend.available || !backend.firstDivergence) return []
  const { index, source, token, expected, actual, margin } = backend.firstDivergence
  const place = `source ${index + 1} ${JSON.stringify(source)}, token ${token + 1}`
  const how = margin === undefined ? '' : `; margin ${margin.toPrecision(2)} in logits`
  return [
    '',
    `${backend.name} first differs at ${place}`,
    `  ${JSON.stringify(expected)} on ${baseline}, ${JSON.stringify(actual)} on ${backend.name}${how}`,
  ]
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
