import { type Alignment, tableOf } from '@dragoman/matrix/table'
import { contestants } from '../comparison/contestants.ts'
import { ratioOf } from '../comparison/ratio.ts'
import type { Result } from '../comparison/result.ts'
import { emptyNode } from '../comparison/start-up.ts'
import { digits, figureOf, textOf } from './figures.ts'
import { type Report, resultFor } from './report.ts'
import { type Target, targets } from './targets.ts'

/** Peers that run in a browser too. */
const inBrowsers = ['hand-tfjs-wasm', 'hand-onnx-wasm', 'jax-js']

const nameOf = (id: string): string =>
  id === emptyNode ? 'an empty Node' : (contestants.find((each) => each.id === id)?.name ?? id)

/** The tables of one run: the targets first. */
export function runSection(report: Report): string {
  const workloads = [...new Set(report.results.map(({ workload }) => workload))]
  const parts = [
    `## Node ${report.versions.Node}`,
    aboutRun(report),
    ...(targets.some(({ judge, id }) => judge(report, id)) ? ['### Targets', targetTable(report)] : []),
    ...workloads.flatMap((workload) => [
      `### ${titles[workload] ?? workload}`,
      workloadTable(report, workload),
    ]),
    ...(report.downloads.length > 0 ? ['### Download', downloadTable(report)] : []),
    ...(report.failures.length > 0 ? ['### Without a result', failureList(report)] : []),
  ]
  return parts.join('\n\n')
}

const titles: Readonly<Record<string, string>> = {
  TT: 'TT: a training step of a Transformer',
  TR: 'TR: a training step of an LSTM with attention',
  TG: 'TG: a training step of a GRU',
  'DS-b1': 'DS-b1: decoding one source',
  'DS-b16': 'DS-b16: decoding sixteen sources at once',
  DM: 'DM: decoding with a model of the size of OPUS-MT',
  'start-up': 'Start-up: the whole process to the first token',
}

function aboutRun({ date, machine, versions, isQuick, rounds, minutes }: Report): string {
  const { processor, cores, memoryGigabytes, system } = machine
  const engines = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
  const length = isQuick
    ? `A quick run: ${rounds} short rounds, of which nothing finer than a tenth should be concluded`
    : `${rounds} round${rounds === 1 ? '' : 's'}`
  return `Measured on ${date} in ${minutes.toFixed(1)} minutes on ${processor}; ${cores} cores, ${memoryGigabytes} GB, ${system}. ${length}.\n\nVersions: ${engines}.`
}

function targetTable(report: Report): string {
  const rows = targets.flatMap((target) => {
    const reached = target.judge(report, target.id)
    if (!reached) return []
    const { measured, isReached } = reached
    return [
      [
        target.workload,
        nameOf(target.id).replace('Dragoman, ', ''),
        target.goal,
        measured,
        isReached ? 'yes' : 'no',
        inChromium(report, target),
        besideBest(report, target),
        beside(report, target, 'pytorch'),
        beside(report, target, 'pytorch-avx2'),
      ],
    ]
  })
  return tableOf(
    [
      ['workload', 'left'],
      ['on', 'left'],
      ['goal', 'left'],
      ['measured', 'left'],
      ['reached', 'left'],
      ['in Chromium', 'left'],
      ['the fastest other that runs in browsers; our time to its', 'left'],
      ['PyTorch; our time to its', 'left'],
      ['held to AVX2', 'left'],
    ],
    rows,
  )
}

/** What the same came to in a page; the ratio is to who ran in Node, as in the goal. */
function inChromium(report: Report, target: Target): string {
  const reached = target.judge(report, `chromium-${target.id}`)
  return reached ? `${reached.measured}${reached.isReached ? '' : ' (no)'}` : ''
}

function besideBest(report: Report, target: Target): string {
  if (target.workload === 'download') {
    const [best] = report.downloads
      .filter(({ id }) => inBrowsers.includes(id))
      .sort((a, b) => a.gzip - b.gzip)
    return best ? `${nameOf(best.id)}: ${digits(best.gzip / 1000)} kB gzip` : ''
  }
  const isMemory = target.workload === 'peak memory'
  const workload = isMemory ? 'start-up' : target.workload
  const orderOf = (result: Result) => (isMemory ? (result.peakMegabytes ?? 0) : result.medianMs)
  const [best] = report.results
    .filter((each) => each.workload === workload && inBrowsers.includes(each.id))
    .sort((a, b) => orderOf(a) - orderOf(b))
  return best ? `${nameOf(best.id)}: ${beside(report, target, best.id)}` : ''
}

/** What another did on the workload of a target, and how many times as long who is to reach it takes. */
function beside(report: Report, { workload, id }: Target, other: string): string {
  if (workload === 'peak memory') {
    const peak = resultFor(report, 'start-up', other)?.peakMegabytes
    return peak === undefined ? '' : `${peak} MB`
  }
  const [own, theirs] = [resultFor(report, workload, id), resultFor(report, workload, other)]
  if (!own || !theirs) return ''
  return `${textOf(figureOf(theirs))}, ${digits(ratioOf(own, theirs))} ×`
}

/** A column of results: its head, how it stands, and what stands in it. */
type Column = readonly [title: string, alignment: Alignment, cell: (result: Result) => string]

function workloadTable(report: Report, workload: string): string {
  const results = report.results.filter((each) => each.workload === workload)
  const { unit } = figureOf({ workload, medianMs: 1 })
  const ratio = (own: Result, other: string | undefined): string => {
    const theirs = other === undefined ? undefined : resultFor(report, workload, other)
    return theirs && theirs !== own ? digits(ratioOf(own, theirs)) : ''
  }
  const columns: readonly Column[] = [
    ['who', 'left', ({ id }) => nameOf(id)],
    [unit, 'right', (result) => (unit === 'ms' ? '' : digits(figureOf(result).value))],
    ['median ms', 'right', ({ medianMs }) => digits(medianMs)],
    ['least ms', 'right', ({ minMs }) => digits(minMs)],
    ['runs', 'right', ({ runs }) => `${runs}`],
    ['× PyTorch', 'right', (r) => ratio(r, 'pytorch')],
    ['× PyTorch, AVX2', 'right', (r) => ratio(r, 'pytorch-avx2')],
    ['× by hand', 'right', (r) => ratio(r, contestants.find((each) => each.id === r.id)?.byHand)],
    ['peak MB', 'right', ({ peakMegabytes }) => `${peakMegabytes ?? ''}`],
    ['the same', 'left', ({ seen }) => seen ?? ''],
  ]
  // A column that says nothing here is left out.
  const told = columns.filter(([, , cell]) => results.some((result) => cell(result) !== ''))
  return tableOf(
    told.map(([title, alignment]) => [title, alignment] as const),
    results.map((result) => told.map(([, , cell]) => cell(result))),
  )
}

function downloadTable({ downloads }: Report): string {
  const names: Readonly<Record<string, string>> = { 'cpu-decoding': 'Dragoman, cpu, decoding alone' }
  const kilobytes = (bytes: number) => digits(bytes / 1000)
  return tableOf(
    [
      ['what', 'left'],
      ['kB gzip', 'right'],
      ['kB brotli', 'right'],
      ['kB', 'right'],
      ['in it', 'left'],
    ],
    downloads.map(({ id, about, raw, gzip, brotli }) => [
      (names[id] ?? nameOf(id)).replace(' by hand', ''),
      kilobytes(gzip),
      kilobytes(brotli),
      kilobytes(raw),
      about,
    ]),
  )
}

function failureList({ failures }: Report): string {
  return failures
    .map(({ workload, id, problem }) => `- ${workload}, ${nameOf(id)}: ${problem.replaceAll('|', '·')}`)
    .join('\n')
}
