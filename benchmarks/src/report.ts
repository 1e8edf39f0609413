import type { Row } from './measure.ts'

/** A column of a table: its head, and what stands in it for a row. */
type Column = readonly [head: string, cell: (row: Row) => string]

const columns: readonly Column[] = [
  ['workload', ({ workload }) => workload],
  ['who', ({ peer }) => peer],
  ['median ms', ({ medianMs }) => `${medianMs}`],
  ['minimum ms', ({ minMs }) => `${minMs}`],
  ['× PyTorch', ({ toPytorch }) => times(toPytorch)],
  ['× by hand', ({ toHand }) => times(toHand)],
  ['tokens/s', ({ tokensPerSecond }) => `${tokensPerSecond ?? ''}`],
  ['the same', sameness],
]

/** Rows as a table for a terminal: columns of one width. */
export function textTable(rows: readonly Row[]): string {
  const lines = cellsOf(rows)
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)))
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Rows as a Markdown table. */
export function markdownTable(rows: readonly Row[]): string {
  const [head, ...lines] = cellsOf(rows)
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head!), line(head!.map(() => '---')), ...lines.map(line)].join('\n')
}

function cellsOf(rows: readonly Row[]): string[][] {
  return [columns.map(([head]) => head), ...rows.map((row) => columns.map(([, cell]) => cell(row)))]
}

function times(ratio: string | number | undefined): string {
  return ratio === undefined ? '' : Number(ratio).toFixed(2)
}

/** What was compared: losses of the first and the last step, or tokens. */
function sameness({ firstLoss, lastLoss, lossDifference, sameTokens }: Row): string {
  if (sameTokens !== undefined) return `${sameTokens} tokens`
  if (firstLoss === undefined) return ''
  return `loss ${Number(firstLoss).toFixed(3)} → ${Number(lastLoss).toFixed(3)}, Δ ${lossDifference}`
}
