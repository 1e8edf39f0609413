import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/**
 * Two plots, one above the other, as an SVG: the losses of all backends, which lie on each other, and how far
 * each is from those of the first, on a logarithmic axis.
 *
 * @param rows `{ backend, step, loss, difference }`; the difference is relative, and 0 for the first backend.
 */
export function lossPlot(rows) {
  const { document } = parseHTML('<html><body></body></html>')
  const names = [...new Set(rows.map(({ backend }) => backend))]
  const color = { domain: names, range: ['#222222', '#c2410c', '#0369a1', '#15803d', '#9ca3af'] }
  const shared = {
    document,
    width: 720,
    marginLeft: 60,
    style: { background: 'white', color: '#222' },
    color,
  }
  const key = names.map((backend, i) => ({ backend, x: 140, y: 3.4 - 0.35 * i }))
  const losses = Plot.plot({
    ...shared,
    height: 260,
    x: { label: null },
    y: { label: '↑ loss, nats per token', grid: true },
    marks: [
      Plot.lineY(rows, { x: 'step', y: 'loss', stroke: 'backend', strokeWidth: 1.5 }),
      Plot.dot(key, { x: 'x', y: 'y', fill: 'backend', r: 4 }),
      Plot.text(key, { x: 'x', y: 'y', text: 'backend', textAnchor: 'start', dx: 10, fontSize: 13 }),
    ],
  })
  const differences = Plot.plot({
    ...shared,
    height: 220,
    x: { label: 'step →' },
    y: { type: 'log', label: `↑ relative difference to ${names[0]}`, grid: true, tickFormat: 'e' },
    marks: [
      Plot.lineY(
        rows.filter(({ difference }) => difference > 0),
        { x: 'step', y: 'difference', stroke: 'backend', strokeWidth: 1 },
      ),
    ],
  })
  differences.setAttribute('y', '260')
  losses.setAttribute('aria-label', 'The loss at each step on every backend')
  differences.setAttribute('aria-label', `How far the loss is from that of ${names[0]}`)
  const both = [losses, differences].map((svg) => {
    svg.setAttribute('role', 'img')
    // The style is for pictures inside of a page; this one is a file.
    svg.querySelector('style').remove()
    return svg.outerHTML
  })
  const label = 'The loss at each step on every backend, and how far it is from the first'
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${label}" width="720" height="480" viewBox="0 0 720 480" font-family="system-ui, sans-serif" font-size="12">${both.join('')}</svg>\n`
}
