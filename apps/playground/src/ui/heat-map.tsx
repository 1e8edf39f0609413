import type { JSX, TargetedKeyboardEvent, TargetedPointerEvent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { messages } from '../text/messages.ts'
import { type Color, heatColor, largestOf } from './heat-color.ts'

export interface HeatMapProps {
  /** [rows, columns], row after row. */
  readonly data: ArrayLike<number>
  readonly rows: readonly string[]
  /** Names of the columns, or how many there are where they have none. */
  readonly columns: readonly string[] | number
  readonly label: string
  /** Side of a cell in CSS pixels. */
  readonly cell?: number
  /** What the darkest colour stands for; by default the largest value. */
  readonly largest?: number
}

/** Rows and columns that a key moves the cursor by. */
const moves: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/**
 * A matrix in colours. The value under the pointer, or under the cursor that the arrow keys move, stands in words
 * below it.
 */
export function HeatMap({ data, rows, columns, label, cell = 20, largest }: HeatMapProps): JSX.Element {
  const names = typeof columns === 'number' ? undefined : columns
  const width = typeof columns === 'number' ? columns : columns.length
  const cellWidth = names ? Math.max(cell, 26) : Math.max(3, Math.min(cell, Math.floor(640 / width)))
  const canvas = useRef<HTMLCanvasElement>(null)
  const [at, setAt] = useState<readonly [number, number]>()
  const top = largest ?? largestOf(data)

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const ground = groundOf(canvas.current!)
    context.clearRect(0, 0, width * cellWidth, rows.length * cell)
    for (let row = 0; row < rows.length; row++) {
      for (let column = 0; column < width; column++) {
        const [r, g, b] = heatColor(data[row * width + column]!, top, ground)
        context.fillStyle = `rgb(${r}, ${g}, ${b})`
        context.fillRect(column * cellWidth, row * cell, cellWidth, cell)
      }
    }
    if (at) {
      context.strokeStyle = ground[0] > 127 ? '#000' : '#fff'
      context.strokeRect(at[1] * cellWidth + 0.5, at[0] * cell + 0.5, cellWidth - 1, cell - 1)
    }
  })

  const clamp = (row: number, column: number): [number, number] => [
    Math.max(0, Math.min(rows.length - 1, row)),
    Math.max(0, Math.min(width - 1, column)),
  ]
  const byPointer = (event: TargetedPointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const column = Math.floor(((event.clientX - box.left) / box.width) * width)
    setAt(clamp(Math.floor(((event.clientY - box.top) / box.height) * rows.length), column))
  }
  const byKey = (event: TargetedKeyboardEvent<HTMLCanvasElement>) => {
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    const [row, column] = at ?? [0, 0]
    setAt(clamp(row + move[0], column + move[1]))
  }
  const cellName = at && `${rows[at[0]]} · ${names?.[at[1]] ?? at[1] + 1}`
  return (
    <figure class="heat-map">
      <figcaption>{label}</figcaption>
      <div class="heat-scroll">
        <div class="heat-rows" aria-hidden="true">
          {rows.map((name, i) => (
            <span key={i} style={{ height: `${cell}px`, lineHeight: `${cell}px` }}>
              {name}
            </span>
          ))}
        </div>
        <div>
          <canvas
            ref={canvas}
            width={width * cellWidth}
            height={rows.length * cell}
            role="img"
            tabIndex={0}
            aria-label={`${label}: ${messages.heat.size(rows.length, width)}`}
            onPointerMove={byPointer}
            onPointerLeave={() => setAt(undefined)}
            onKeyDown={byKey}
          />
          {names && (
            <div class="heat-columns" aria-hidden="true">
              {names.map((name, i) => (
                <span key={i} style={{ width: `${cellWidth}px` }}>
                  {name}
                </span>
              ))}
            </div>
          )}
        </div>
      </div>
      <p class="heat-value" aria-live="polite">
        {at ? `${cellName}: ${data[at[0] * width + at[1]]!.toPrecision(3)}` : messages.heat.hint}
      </p>
    </figure>
  )
}

/** The colour of the page, so that 0 looks like nothing in light and dark alike. */
function groundOf(element: Element): Color {
  const parts = getComputedStyle(element).getPropertyValue('background-color').match(/\d+/g)
  return (parts?.slice(0, 3).map(Number) ?? [255, 255, 255]) as unknown as Color
}
