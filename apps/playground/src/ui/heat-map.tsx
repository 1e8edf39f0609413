import type { JSX, TargetedKeyboardEvent, TargetedPointerEvent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { messages } from '../text/messages.ts'
import { type Color, heatColor, largestOf } from './heat-color.ts'
import { shownToken } from './shown-token.ts'
import './heat-map.css'

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
  const canvas = useRef<HTMLCanvasElement>(null)
  const [at, setAt] = useState<readonly [number, number]>()
  const top = largest ?? largestOf(data)
  // Special tokens have room to stand out at the ends.
  const isLong = names?.some((name) => name.length > 3 && !/^<\w+>$/.test(name))
  // Names that stand upright need less room than those that lie.
  const named = Math.max(cell, isLong ? 20 : 30)
  const cellWidth = names ? named : Math.max(3, Math.min(cell, Math.floor(640 / width)))

  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const ground = groundOf(canvas.current!)
    context.clearRect(0, 0, width * cellWidth, rows.length * cell)
    for (let row = 0; row < rows.length; row++) {
      for (let column = 0; column < width; column++) {
        const value = data[row * width + column]!
        const [r, g, b] = heatColor(value, top, ground)
        context.fillStyle = `rgb(${r}, ${g}, ${b})`
        context.fillRect(column * cellWidth, row * cell, cellWidth, cell)
        if (Number.isNaN(value)) hatch(context, column * cellWidth, row * cell, cellWidth, cell)
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
  const cellName = at && `${shownToken(rows[at[0]]!)} · ${shownToken(names?.[at[1]] ?? String(at[1] + 1))}`
  return (
    <figure class="heat-map">
      <figcaption>{label}</figcaption>
      <div class="heat-scroll">
        <div class="heat-rows" aria-hidden="true">
          {rows.map((name, i) => (
            <span key={i} style={{ height: `${cell}px`, lineHeight: `${cell}px` }}>
              {shownToken(name)}
            </span>
          ))}
        </div>
        <div class={names ? undefined : 'heat-fluid'}>
          <canvas
            ref={canvas}
            width={width * cellWidth}
            height={rows.length * cell}
            style={{ height: `${rows.length * cell + 2}px` }}
            role="img"
            tabIndex={0}
            aria-label={`${label}: ${messages.heat.size(rows.length, width)}`}
            onPointerDown={byPointer}
            onPointerMove={byPointer}
            onPointerLeave={() => setAt(undefined)}
            onKeyDown={byKey}
          />
          {names && (
            <div class={isLong ? 'heat-columns upright' : 'heat-columns'} aria-hidden="true">
              {names.map((name, i) => (
                <span key={i} style={{ width: `${cellWidth}px` }}>
                  {shownToken(name)}
                </span>
              ))}
            </div>
          )}
        </div>
      </div>
      <p class="heat-value" aria-live="polite">
        {at && `${cellName}: ${inWords(data[at[0] * width + at[1]]!)}`}
      </p>
    </figure>
  )
}

/** A value, or that there is none. */
function inWords(value: number): string {
  return Number.isNaN(value) ? messages.heat.masked : value.toPrecision(3)
}

/** Lines across a cell that has no value. */
function hatch(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  context.save()
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
  context.strokeStyle = 'rgb(128 128 128 / 60%)'
  context.beginPath()
  for (let at = -height; at < width; at += 6) {
    context.moveTo(x + at, y + height)
    context.lineTo(x + at + height, y)
  }
  context.stroke()
  context.restore()
}

/** The colour of the page, so that 0 looks like nothing in light and dark alike. */
function groundOf(element: Element): Color {
  const parts = getComputedStyle(element).getPropertyValue('background-color').match(/\d+/g)
  return (parts?.slice(0, 3).map(Number) ?? [255, 255, 255]) as unknown as Color
}
