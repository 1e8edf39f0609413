import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

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

/** Lines that grow while one looks; each has a colour and a dash of its own. */
export function LinePlot({ lines, xLabel, yLabel, isShare = false }: LinePlotProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const names = lines.map(({ name }) => name).join('\n')

  useEffect(() => {
    const element = box.current!
    const style = getComputedStyle(element)
    const color = style.color
    const axis = { stroke: color, grid: { stroke: `color-mix(in srgb, ${color} 15%, transparent)` } }
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: 240,
        scales: { x: { time: false }, ...(isShare ? { y: { range: [0, 1] } } : {}) },
        axes: [
          { ...axis, label: xLabel },
          { ...axis, label: yLabel },
        ],
        series: [
          { label: xLabel },
          ...names.split('\n').map((label, i) => ({
            label,
            stroke: style.getPropertyValue(colors[i % colors.length]!),
            width: 2,
            dash: dashes[i % dashes.length]!,
            points: { show: false },
            spanGaps: true,
          })),
        ],
      },
      [[], ...names.split('\n').map(() => [])] as unknown as uPlot.AlignedData,
      element,
    )
    plot.current = made
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: 240 }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      made.destroy()
    }
  }, [names, xLabel, yLabel, isShare])

  useEffect(() => {
    plot.current?.setData(aligned(lines) as uPlot.AlignedData)
  }, [lines])

  const last = lines.map(({ name, points }) => `${name}: ${points.at(-1)?.[1].toPrecision(3) ?? '–'}`)
  return (
    <figure>
      <figcaption>{yLabel}</figcaption>
      <div ref={box} class="line-plot" role="img" aria-label={`${yLabel}. ${last.join('; ')}`} />
    </figure>
  )
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
