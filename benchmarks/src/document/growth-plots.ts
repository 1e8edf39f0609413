import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { Axis, Growth, Point } from '../growth/growth.ts'
import { axes } from '../growth/growth.ts'

/** A point of a line. */
interface Mark {
  readonly x: number
  readonly y: number
  readonly model: string
}

const panel = { width: 400, height: 270 } as const
// Of Okabe and Ito's colours, told apart without red and green; and two shapes, for those who see none.
const colors = ['#0072b2', '#d55e00']

/** Pictures by the names of their files. */
export function growthPlots({ points, positions }: Growth): Readonly<Record<string, string>> {
  const four = (y: (point: Point) => number, label: string, title: string) => {
    const names = Object.keys(axes) as Axis[]
    const panels = names.map((axis) => {
      const marks = points
        .filter((point) => point.axis === axis)
        .map((point): Mark => ({ x: point.size, y: y(point), model: point.model }))
      return panelOf(marks, {
        x: `${axis} →`,
        y: label,
        ticks: axes[axis],
        title: `${title} against ${axis}`,
      })
    })
    return svgOf(panels, title)
  }
  const tokens = positions.map(({ position, medianMs, model }): Mark => ({ x: position, y: medianMs, model }))
  return {
    'growth-time.svg': four(({ medianMs }) => medianMs, '↑ ms a step', 'Time of a training step'),
    'growth-memory.svg': four(
      ({ workspaceMegabytes }) => workspaceMegabytes,
      '↑ MB',
      'Workspace of a training step',
    ),
    'growth-decoding.svg': svgOf(
      [
        panelOf(tokens, {
          x: 'position in the target →',
          y: '↑ ms a token',
          ticks: [4, 16, 64, 256],
          title: 'Time of a token against its position',
        }),
      ],
      'Time of a token against its position',
    ),
  }
}

/** Lines over two logarithmic axes, on which a power is a straight line. */
function panelOf(
  marks: readonly Mark[],
  labels: {
    readonly x: string
    readonly y: string
    readonly ticks: readonly number[]
    readonly title: string
  },
): Element {
  const { document } = parseHTML('<html><body></body></html>')
  const heights = roundBetween(marks)
  const models = [...new Set(marks.map(({ model }) => model))]
  const channels = { x: 'x', y: 'y', stroke: 'model' } as const
  const svg = Plot.plot({
    ...panel,
    document: document as unknown as Document,
    marginLeft: 50,
    marginTop: 36,
    style: { background: 'white', color: '#222' },
    x: { type: 'log', label: labels.x },
    y: { type: 'log', label: labels.y },
    color: { domain: models, range: colors },
    symbol: { domain: models, range: ['circle', 'square2'] },
    marks: [
      // With ticks of their own: a logarithmic axis leaves labels out as it likes.
      Plot.gridY(heights),
      Plot.axisX([...labels.ticks], { text: plain }),
      Plot.axisY(heights, { text: plain }),
      Plot.lineY(marks, { ...channels, strokeWidth: 1.5 }),
      Plot.dot(marks, { ...channels, symbol: 'model', r: 3.5, fill: 'white' }),
    ],
  }) as unknown as Element
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', labels.title)
  // The style is for pictures inside of a page; this one is a file.
  svg.querySelector('style')?.remove()
  return svg
}

const plain = (value: number): string => `${value}`

/** 1, 2 and 5 times powers of ten among the values; of a narrow range, tenths of one. */
function roundBetween(marks: readonly Mark[]): number[] {
  const [least, most] = [Math.min(...marks.map(({ y }) => y)), Math.max(...marks.map(({ y }) => y))]
  const from = Math.floor(Math.log10(least))
  const between = (leading: readonly number[]) =>
    Array.from({ length: 7 }, (_, i) => leading.map((digit) => Number(`${digit}e${from + i}`)))
      .flat()
      .filter((value) => value >= least && value <= most)
  const few = between([1, 2, 5])
  return few.length >= 3 ? few : between([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8])
}

/** Panels in two columns, and the key above them. */
function svgOf(panels: readonly Element[], title: string): string {
  const key = 30
  const columns = Math.min(2, panels.length)
  const [width, height] = [columns * panel.width, key + Math.ceil(panels.length / columns) * panel.height]
  const placed = panels.map((svg, i) => {
    svg.setAttribute('x', `${(i % columns) * panel.width}`)
    svg.setAttribute('y', `${key + Math.floor(i / columns) * panel.height}`)
    return svg.outerHTML
  })
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  const start = `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${title}" ${size} font-family="system-ui, sans-serif" font-size="13">`
  return `${start}<rect width="100%" height="100%" fill="white"/>${keyOf()}${placed.join('')}</svg>\n`
}

function keyOf(): string {
  const shapes = [
    `<circle cx="58" cy="18" r="4" fill="white" stroke="${colors[0]}" stroke-width="1.5"/>`,
    `<rect x="174" y="14" width="8" height="8" fill="white" stroke="${colors[1]}" stroke-width="1.5"/>`,
  ]
  const names = [
    '<text x="70" y="22" fill="#222">Transformer</text>',
    '<text x="190" y="22" fill="#222">LSTM with attention</text>',
  ]
  return [...shapes, ...names].join('')
}
