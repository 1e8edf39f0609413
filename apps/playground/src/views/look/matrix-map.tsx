import type { JSX } from 'preact'
import { HeatMap } from '../../ui/heat-map.tsx'
import type { Matrix } from './look-state.ts'

/** A matrix of the inspection as a picture; nothing where the model has none. */
export function MatrixMap({
  matrix,
  rows,
  columns,
  label,
  largest,
  cell,
}: {
  readonly matrix: Matrix | undefined
  readonly rows: readonly string[]
  readonly columns?: readonly string[]
  readonly label: string
  readonly largest?: number
  readonly cell?: number
}): JSX.Element | null {
  if (!matrix) return null
  return (
    <HeatMap
      data={matrix.data}
      rows={rows.slice(0, matrix.rows)}
      columns={columns ?? matrix.columns}
      label={label}
      {...(largest === undefined ? {} : { largest })}
      {...(cell === undefined ? {} : { cell })}
    />
  )
}
