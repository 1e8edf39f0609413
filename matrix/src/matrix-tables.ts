import { levels } from '@dragoman/conformance'
import type { ColumnRecord, Counts } from './record.ts'
import { tableOf } from './table.ts'

type Columns = Readonly<Record<string, ColumnRecord>>

/** One row for each backend. */
export function summaryTable(columns: Columns): string {
  const rows = Object.entries(columns).map(([name, { counts, seconds }]) => [
    name,
    ...counts.map(String),
    `${seconds} s`,
  ])
  return tableOf(
    [
      ['backend', 'left'],
      ['passed', 'right'],
      ['failed', 'right'],
      ['gaps', 'right'],
      ['time', 'right'],
    ],
    rows,
  )
}

/** One row for each level, one column for each backend. */
export function levelTable(columns: Columns): string {
  return countsTable('level', levels, columns, (column, level) => column.levels[level])
}

/** One row for each op, one column for each backend. */
export function opTable(columns: Columns): string {
  const ops = new Set(Object.values(columns).flatMap((column) => Object.keys(column.ops)))
  return countsTable('op', [...ops].sort(), columns, (column, op) => column.ops[op])
}

function countsTable<R extends string>(
  title: string,
  names: readonly R[],
  columns: Columns,
  countsOf: (column: ColumnRecord, name: R) => Counts | undefined,
): string {
  const rows = names.map((name) => [
    name,
    ...Object.values(columns).map((column) => cell(countsOf(column, name))),
  ])
  return tableOf(
    [[title, 'left'], ...Object.keys(columns).map((name) => [name, 'right'] as const)],
    rows.filter((row) => row.some((text, i) => i > 0 && text !== '')),
  )
}

/** `12`, `10, 2 gaps`, `10, 1 FAILED`; nothing where no case was run. */
export function cell(counts: Counts | undefined): string {
  if (!counts) return ''
  const [passed, failed, gaps] = counts
  const parts = [String(passed)]
  if (failed > 0) parts.push(`${failed} FAILED`)
  if (gaps > 0) parts.push(gaps === 1 ? '1 gap' : `${gaps} gaps`)
  return parts.join(', ')
}
