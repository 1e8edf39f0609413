import type { HostArray, OpName } from '@dragoman/core'
import type { CompositeCase } from './composite-case.ts'
import { RandomSource } from './random-source.ts'

const random = new RandomSource(17)
const float = (...shape: number[]) => random.array('float', shape)

function ids(shape: readonly number[], limit: number): HostArray {
  const array = random.array('int', shape)
  return { ...array, data: Int32Array.from(array.data, (_, i) => (i * 7 + Math.abs(array.data[i]!)) % limit) }
}

/** Gates after a sigmoid. */
function gate(...shape: number[]): HostArray {
  const array = float(...shape)
  return { ...array, data: Float32Array.from(array.data, (value) => 0.5 + value / 2) }
}

const scalar = (value: number): HostArray => ({ kind: 'float', shape: [], data: Float32Array.of(value) })

const of = (operands: readonly HostArray[], attributes: object = {}): CompositeCase => ({
  operands,
  attributes,
})

const flags = [false, true]

/** [m, k, n] that go each way of the product: few rows, few columns, one of them, and several blocks. */
const products = [
  [1, 300, 530],
  [5, 70, 100],
  [40, 33, 70],
  [150, 300, 41],
  // Parts of these have few rows; the whole has not.
  [36, 300, 20],
  [12, 300, 7],
  [90, 20, 1],
] as const

function matmuls(): CompositeCase[] {
  return flags.flatMap((transposeA) =>
    flags.flatMap((transposeB) =>
      products.map(([m, k, n]) => {
        const a = transposeA ? float(k, m) : float(m, k)
        return of([a, transposeB ? float(n, k) : float(k, n)], { transposeA, transposeB })
      }),
    ),
  )
}

const [steps, batch, hidden] = [5, 3, 50]
const norm = { epsilon: 1e-5 }
const attributes = { causal: false, scale: 0.5, hasAllowed: false, hasBias: false, hasMask: false }
const recurrences = flags.map((reverse) => ({ reverse }))
const resets = recurrences.flatMap((each) => flags.map((resetAfter) => ({ ...each, resetAfter })))
const isReal: HostArray = {
  kind: 'bool',
  shape: [steps, batch],
  data: Uint8Array.from({ length: steps * batch }, (_, i) =>
    Number(Math.floor(i / batch) < steps - (i % batch)),
  ),
}

/** Ops on sizes that fall into several parts, none of which is as large as the others. */
export const largeCases: Readonly<Partial<Record<OpName, readonly CompositeCase[]>>> = {
  exp: [of([float(5000)])],
  add: [of([float(70, 90), float(90)].map((x, i) => (i === 0 ? x : { ...x, shape: [1, 90] })))],
  matmul: [
    ...matmuls(),
    of([float(5, 9, 20), float(5, 20, 30)], { transposeA: false, transposeB: false }),
    of([float(2, 3, 9, 20), float(2, 3, 30, 20)], { transposeA: false, transposeB: true }),
  ],
  reduceSum: [0, 1].map((axis) => of([float(130, 77)], { axes: [axis], keepDims: false })),
  reduceMax: [of([float(7, 30, 40)], { axes: [1], keepDims: true })],
  argMax: [of([float(9, 400)], { axis: 1 })],
  gather: [of([float(50, 40), ids([70], 50)], { axis: 0 })],
  scatterAdd: [of([ids([70], 50), float(70, 100)], { axis: 0, size: 50 })],
  transpose: [of([float(37, 50)], { permutation: [1, 0] })],
  softmax: [of([float(11, 300)])],
  logSoftmax: [of([float(11, 300)])],
  crossEntropy: [of([float(13, 200), ids([13], 200)], { smoothing: 0.1 })],
  crossEntropyGrad: [of([float(13, 200), ids([13], 200), float(13)], { smoothing: 0.1 })],
  layerNorm: [of([float(21, 100), float(100), float(100)], norm)],
  layerNormGrad: [of([float(300, 70), float(70), float(300, 70)], norm)],
  attention: [of([float(2, 3, 9, 8), float(2, 3, 20, 8), float(2, 3, 20, 8)], attributes)],
  adam: [
    of([float(700), float(700), float(700), gate(700), ...[0.01, 0.3, 0.2, 0.5].map(scalar)], {
      ...{ beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, decoupled: true },
    }),
  ],
  lstm: recurrences.map((each) =>
    of(
      [
        float(steps, batch, 4 * hidden),
        float(4 * hidden, hidden),
        float(batch, hidden),
        float(batch, hidden),
        isReal,
      ],
      each,
    ),
  ),
  lstmGrad: recurrences.map((each) =>
    of(
      [
        float(4 * hidden, hidden),
        float(batch, hidden),
        float(steps, batch, hidden),
        gate(steps, batch, 4 * hidden),
        float(steps, batch, hidden),
        float(steps, batch, hidden),
        isReal,
      ],
      each,
    ),
  ),
  gru: resets.map((each) =>
    of(
      [
        float(steps, batch, 3 * hidden),
        float(3 * hidden, hidden),
        float(3 * hidden),
        float(batch, hidden),
        isReal,
      ],
      each,
    ),
  ),
  gruGrad: resets.map((each) =>
    of(
      [
        float(3 * hidden, hidden),
        float(batch, hidden),
        float(steps, batch, hidden),
        gate(steps, batch, 3 * hidden),
        float(steps, batch, hidden),
        float(steps, batch, hidden),
        isReal,
      ],
      each,
    ),
  ),
}
