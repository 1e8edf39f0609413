import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import './line-plot.css'

/** A line: points [x, y] in the order of x. */
export interface Line {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
}

export interface LinePlotProps {
  readonly lines: readonly Line[]
  readonly xLabel: string
  readonly yLabel: string
  /** From 0 to 1. */
  readonly isShare?: boolean
}

const colors = ['--series-1', '--series-2', '--series-3', '--series-4']
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3]]
const height = 220

/** Lines that grow while one looks; each has a colour and a dash of its own. Pointing reads their values. */
export function LinePlot({ lines, xLabel, yLabel, isShare = false }: LinePlotProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const [pointed, setPointed] = useState<number>()
  const count = lines.length
  const data = useMemo(() => aligned(lines), [lines])

  useEffect(() => {
    const element = box.current!
    const made = new uPlot(optionsOf(element, count, xLabel, isShare, setPointed), empty(count), element)
    plot.current = made
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      made.destroy()
    }
  }, [count, xLabel, isShare])

  useEffect(() => {
    plot.current?.setData(data as uPlot.AlignedData)
  }, [data, count, xLabel, isShare])

  const at = pointed === undefined ? undefined : data[0]![pointed]
  const values = lines.map(({ points }, i) => {
    const value = at === undefined ? points.at(-1)?.[1] : data[i + 1]![pointed!]
    return value === undefined || value === null ? '–' : format(value, isShare)
  })
  return (
    <figure>
      <figcaption>
        {yLabel}
        {at !== undefined && ` · ${xLabel} ${at}`}
      </figcaption>
      <div
        ref={box}
        class="line-plot"
        role="img"
        aria-label={`${yLabel}. ${lines.map(({ name }, i) => `${name}: ${values[i]}`).join('; ')}`}
      />
      <ul class="legend">
        {lines.map(({ name }, i) => (
          <li key={i}>
            <svg width="28" height="8" aria-hidden="true">
              <line
                x1="0"
                x2="28"
                y1="4"
                y2="4"
                class={`series-${(i % colors.length) + 1}`}
                stroke-dasharray={dashes[i % dashes.length]!.join(' ')}
              />
            </svg>
            {name}: <strong>{values[i]}</strong>
          </li>
        ))}
      </ul>
    </figure>
  )
}

function format(value: number, isShare: boolean): string {
  return isShare ? `${(100 * value).toFixed(0)} %` : value.toPrecision(3)
}

function empty(count: number): uPlot.AlignedData {
  return [[], ...Array.from({ length: count }, () => [])] as unknown as uPlot.AlignedData
}

function optionsOf(
  element: HTMLElement,
  count: number,
  xLabel: string,
  isShare: boolean,
  point: (at: number | undefined) => void,
): uPlot.Options {
  const style = getComputedStyle(element)
  const { color } = style
  const axis = { stroke: color, grid: { stroke: `color-mix(in srgb, ${color} 15%, transparent)` } }
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    scales: { x: { time: false }, ...(isShare ? { y: { range: [0, 1] } } : {}) },
    axes: [{ ...axis, label: xLabel }, axis],
    hooks: { setCursor: [({ cursor }) => point(cursor.idx ?? undefined)] },
    series: [
      {},
      ...Array.from({ length: count }, (_, i) => ({
        stroke: style.getPropertyValue(colors[i % colors.length]!),
        width: 2,
        dash: dashes[i % dashes.length]!,
        points: { show: false },
        spanGaps: true,
      })),
    ],
  }
}

/** One column of all x, and one of y for each line, null where a line has no point. */
export function aligned(lines: readonly Line[]): (number | null)[][] {
  const all = [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b)
  const place = new Map(all.map((x, i) => [x, i]))
  const columns = lines.map(({ points }) => {
    const column: (number | null)[] = new Array(all.length).fill(null)
    for (const [x, y] of points) column[place.get(x)!] = y
    return column
  })
  return [all, ...columns]
}
