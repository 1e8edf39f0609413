import type { Profile, ProfileKey, ProfileRow } from './profiler.ts'

/** How a profile is shown. */
export interface FormatProfileOptions {
  /** The slowest rows, the others as one. Default 25. */
  readonly most?: number
  /** A table that a document can hold, instead of columns for a terminal. Default false. */
  readonly markdown?: boolean
}

const heads: Readonly<Record<ProfileKey, string>> = {
  instruction: 'instruction',
  op: 'op',
  size: 'instruction and sizes',
  scope: 'place',
}

/** A profile for people: the limits, then a row for each kind, the slowest first. */
export function formatProfile(profile: Profile, options: FormatProfileOptions = {}): string {
  const { most = 25, markdown = false } = options
  const { by, rows, ms, planMs, limits } = profile
  const cells = [
    [heads[by], 'calls', 'ms', 'share', 'GFLOP/s', 'GB/s', 'bound', 'of limit'],
    ...rows.slice(0, most).map(cellsOf),
    ...restOf(rows.slice(most)),
    ['all', '', figures(ms), '', '', '', '', percent(limitedMs(rows) / ms)],
  ]
  const copies = limits.copies.map(({ bytes, gbPerSecond }) => `${sizeOf(bytes)} ${figures(gbPerSecond)}`)
  const notes = [
    `limits: products ${figures(limits.gflops)} GFLOP/s; copies, GB/s read and written: ${copies.join(', ')}`,
    ...(planMs > 0 ? [`plans for new sizes: ${figures(planMs)} ms`] : []),
  ]
  return [...notes, '', ...(markdown ? markdownLines(cells) : textLines(cells))].join('\n')
}

function cellsOf({ name, calls, ms, share, gflops, gbPerSecond, bound, ofLimit }: ProfileRow): string[] {
  const flops = gflops > 0 ? figures(gflops) : ''
  const times = [figures(calls), figures(ms), percent(share), flops, figures(gbPerSecond)]
  return [name === '' ? '–' : name, ...times, bound, percent(ofLimit)]
}

function restOf(rows: readonly ProfileRow[]): string[][] {
  if (rows.length === 0) return []
  const total = (key: 'calls' | 'ms' | 'share') => rows.reduce((sum, row) => sum + row[key], 0)
  const limit = percent(limitedMs(rows) / total('ms'))
  const name = `${rows.length} more`
  return [[name, figures(total('calls')), figures(total('ms')), percent(total('share')), '', '', '', limit]]
}

function limitedMs(rows: readonly ProfileRow[]): number {
  return rows.reduce((sum, { ms, ofLimit }) => sum + ms * ofLimit, 0)
}

function textLines(cells: readonly (readonly string[])[]): string[] {
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)))
  return cells.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  )
}

function markdownLines([head, ...rows]: readonly (readonly string[])[]): string[] {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`
  return [line(head!), line(head!.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)]
}

/** Three figures, and no fewer than the whole ones. */
function figures(x: number): string {
  return x >= 100 ? Math.round(x).toLocaleString('en') : String(Number(x.toPrecision(3)))
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %` : ''
}

function sizeOf(bytes: number): string {
  return bytes < 2 ** 20 ? `${bytes / 2 ** 10} KiB` : `${bytes / 2 ** 20} MiB`
}
