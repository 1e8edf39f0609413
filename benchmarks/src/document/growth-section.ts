import { tableOf } from '@dragoman/matrix/table'
import { exponentOf } from '../growth/fit.ts'
import { type Axis, axes, base, type Growth, vocabulary } from '../growth/growth.ts'
import { digits } from './figures.ts'

/** From which position on the time of a token is fitted: the first ones are all overhead. */
const firstFitted = 64

/** How cost grows: what was measured, pictures, and the exponents of powers that fit. */
export function growthSection(growth: Growth): string {
  const { date, machine, versions, rounds, minutes } = growth
  return `## Growth

How the cost of backend-cpu grows, on one thread: one of the sizes grows, and the others stay at batch ${base.batch}, length
${base.length}, width ${base.width} and ${base.layers} + ${base.layers} layers; the vocabulary has ${vocabulary.toLocaleString('en-US')} words. Measured on ${date} in ${minutes.toFixed(1)}
minutes (${rounds} rounds, in which all sizes took turns) on ${machine.processor}, Node ${versions.Node}.

An exponent p says that cost grows as sizeᵖ: it is the slope of the least-squares line through the logarithms, over
the whole range and over its upper half, where what is constant counts less. Memory is the workspace that the plan of a
step shares among its values; weights and Adam's moments come on top and do not change with batch and length.

![Time of a training step against batch, length, width and layers](benchmarks/growth-time.svg)

${exponentTable(growth)}

![Workspace of a training step against batch, length, width and layers](benchmarks/growth-memory.svg)

${pointTable(growth)}

### Decoding

The time of a token of one source against its position, as \`stream\` gives it. Caches of keys and values grow in buckets,
so the Transformer's time is a staircase. The LSTM keeps no caches; what grows there, and in both, is the text so far,
which \`stream\` puts together anew with each token.

![Time of a token against its position in the target](benchmarks/growth-decoding.svg)

${positionTable(growth)}`
}

const modelsOf = (growth: Growth): string[] => [...new Set(growth.points.map(({ model }) => model))]

/** The points of one axis, for the fit. */
function pointsOf({ points }: Growth, model: string, axis: Axis) {
  return points.filter((point) => point.model === model && point.axis === axis)
}

function exponentTable(growth: Growth): string {
  const rows = modelsOf(growth).flatMap((model) =>
    (Object.keys(axes) as Axis[]).map((axis) => {
      const points = pointsOf(growth, model, axis)
      const upper = points.slice(Math.floor((points.length - 1) / 2))
      const fit = (some: typeof points, y: 'medianMs' | 'workspaceMegabytes') =>
        exponentOf(some.map((point) => ({ x: point.size, y: point[y] }))).toFixed(2)
      const range = (some: typeof points) => `${some[0]!.size} to ${some.at(-1)!.size}`
      return [
        model,
        axis,
        range(points),
        fit(points, 'medianMs'),
        fit(points, 'workspaceMegabytes'),
        range(upper),
        fit(upper, 'medianMs'),
        fit(upper, 'workspaceMegabytes'),
      ]
    }),
  )
  return tableOf(
    [
      ['model', 'left'],
      ['against', 'left'],
      ['range', 'left'],
      ['time', 'right'],
      ['memory', 'right'],
      ['upper half', 'left'],
      ['time', 'right'],
      ['memory', 'right'],
    ],
    rows,
  )
}

function pointTable({ points }: Growth): string {
  return tableOf(
    [
      ['model', 'left'],
      ['against', 'left'],
      ['size', 'right'],
      ['ms a step', 'right'],
      ['workspace MB', 'right'],
      ['weights and moments MB', 'right'],
    ],
    points.map((point) => [
      point.model,
      point.axis,
      `${point.size}`,
      digits(point.medianMs),
      digits(point.workspaceMegabytes),
      digits(point.stateMegabytes),
    ]),
  )
}

function positionTable(growth: Growth): string {
  const models = modelsOf(growth)
  const places = [...new Set(growth.positions.map(({ position }) => position))]
  const timeOf = (model: string, position: number) =>
    growth.positions.find((each) => each.model === model && each.position === position)!.medianMs
  const fit = models.map((model) => {
    const points = growth.positions
      .filter((each) => each.model === model && each.position >= firstFitted)
      .map(({ position, medianMs }) => ({ x: position, y: medianMs }))
    return exponentOf(points).toFixed(2)
  })
  const rows = places.map((position) => [
    `${position}`,
    ...models.map((model) => timeOf(model, position).toFixed(3)),
  ])
  return tableOf(
    [['position', 'right'], ...models.map((model) => [`${model}, ms a token`, 'right'] as const)],
    [...rows, [`exponent from ${firstFitted} on`, ...fit]],
  )
}
