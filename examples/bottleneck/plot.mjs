import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/**
 * Exact match against source length as an SVG: a line for each model, named where it ends.
 *
 * @param rows `{ model, length, exactMatch }`, the rate from 0 to 1.
 */
export function accuracyPlot(rows) {
  const { document } = parseHTML('<html><body></body></html>')
  // Where there are no lines: short strings are copied by all.
  const key = [...new Set(rows.map(({ model }) => model))].map((model, i) => ({ model, x: 2, y: 40 - 8 * i }))
  const svg = Plot.plot({
    document,
    ariaLabel: 'Strings that each model copies without a mistake, by their number of digits',
    width: 720,
    height: 400,
    marginTop: 30,
    marginBottom: 40,
    style: { background: 'white', color: '#222', fontSize: '12px' },
    x: { label: 'digits in the source →', domain: [1, Math.max(...rows.map(({ length }) => length))] },
    y: { label: '↑ copied without a mistake, %', domain: [0, 100], grid: true },
    color: { domain: key.map(({ model }) => model), range: ['#c2410c', '#0369a1', '#15803d'] },
    marks: [
      Plot.ruleY([0]),
      Plot.lineY(rows, {
        x: 'length',
        y: ({ exactMatch }) => 100 * exactMatch,
        stroke: 'model',
        strokeWidth: 2,
        marker: 'circle',
      }),
      Plot.dot(key, { x: 'x', y: 'y', fill: 'model', r: 4 }),
      Plot.text(key, { x: 'x', y: 'y', text: 'model', textAnchor: 'start', dx: 10, fontSize: 13 }),
    ],
  })
  // It is for pictures inside of a page; this one is a file.
  svg.querySelector('style').remove()
  svg.setAttribute('role', 'img')
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  return `${svg.outerHTML}\n`
}
