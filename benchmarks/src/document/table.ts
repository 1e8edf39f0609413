/** How the cells of a column stand. */
export type Alignment = 'left' | 'right'

/**
 * A Markdown table, padded so that it reads as plain text too.
 *
 * @param head  title and alignment of each column.
 * @param rows  a row has a cell for each column.
 */
export function tableOf(
  head: readonly (readonly [title: string, alignment: Alignment])[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map(([title], i) => Math.max(3, title.length, ...rows.map((row) => row[i]!.length)))
  const pad = (cell: string, i: number) =>
    head[i]![1] === 'left' ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
  const rule = widths.map((width, i) =>
    head[i]![1] === 'left' ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  const lines = [head.map(([title], i) => pad(title, i)), rule, ...rows.map((row) => row.map(pad))]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
