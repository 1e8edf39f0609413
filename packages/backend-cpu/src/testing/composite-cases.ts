import type { CompositeName, HostArray } from '@dragoman/core'
import { attentionCases, attentionGradCases } from './attention-cases.ts'
import type { CompositeCase } from './composite-case.ts'
import { normCases } from './norm-cases.ts'
import { RandomSource } from './random-source.ts'

const random = new RandomSource(11)
/** Random numbers. */
export const float = (...shape: number[]): HostArray => random.array('float', shape)

function logits(rows: readonly number[], n: number, scale = 5): HostArray {
  const array = float(...rows, n)
  return { ...array, data: Float32Array.from(array.data, (value) => value * scale) }
}

/** Some −Inf, a row of −Inf alone, and a row with NaN. */
function masked(rows: number, n: number): HostArray {
  const array = logits([rows], n)
  const data = Float32Array.from(array.data, (value, i) => {
    if (Math.floor(i / n) === 1) return -Infinity
    if (i === 2 * n) return Number.NaN
    return i % 3 === 0 ? -Infinity : value
  })
  return { ...array, data }
}

function labels(rows: readonly number[], n: number): HostArray {
  const array = random.array('int', rows)
  return { ...array, data: Int32Array.from(array.data, (value) => Math.abs(value) % n) }
}

/** Real tokens first, as in a padded batch; [T, B]. */
function mask(T: number, B: number): HostArray {
  const lengths = Array.from({ length: B }, (_, b) => Math.max(0, T - 2 * b))
  const data = Uint8Array.from({ length: T * B }, (_, i) => Number(Math.floor(i / B) < lengths[i % B]!))
  return { kind: 'bool', shape: [T, B], data }
}

const rowShapes = [[1], [4], [2, 3], []]

const overRows = (operands: number): CompositeCase[] =>
  [1, 3, 8, 33, 1500].flatMap((n) =>
    rowShapes.map((rows) => ({
      operands: Array.from({ length: operands }, () => logits(rows, n)),
      attributes: {},
    })),
  )

const entropies = (operands: (rows: readonly number[], n: number) => HostArray[]): CompositeCase[] =>
  [1, 5, 70].flatMap((n) =>
    [0, 0.1].flatMap((smoothing) =>
      rowShapes.map((rows) => ({ operands: operands(rows, n), attributes: { smoothing } })),
    ),
  )

const sizes = [
  [1, 1, 1],
  [3, 2, 4],
  [5, 3, 7],
  [2, 9, 16],
] as const

/** A value [T, B, …] that is zero where a mask [T, B] is. */
function zeroWhere(isReal: HostArray, array: HostArray): HostArray {
  const width = array.data.length / isReal.data.length
  const data = Float32Array.from(array.data, (value, i) => value * isReal.data[Math.floor(i / width)]!)
  return { ...array, data }
}

/** Sequences with and without padding, in both directions. */
function recurrent(
  operands: (T: number, B: number, H: number) => HostArray[],
  extra: object[] = [{}],
  /** Operands that are zero at padding, as the forward pass leaves them. */
  zeroAtPadding: readonly number[] = [],
): CompositeCase[] {
  const masked = (T: number, B: number, H: number): HostArray[] => {
    const isReal = mask(T, B)
    const arrays = operands(T, B, H)
    return [
      ...arrays.map((array, i) => (zeroAtPadding.includes(i) ? zeroWhere(isReal, array) : array)),
      isReal,
    ]
  }
  return sizes.flatMap(([T, B, H]) =>
    [false, true].flatMap((reverse) =>
      extra.flatMap((attributes) => [
        { operands: operands(T, B, H), attributes: { ...attributes, reverse } },
        { operands: masked(T, B, H), attributes: { ...attributes, reverse } },
      ]),
    ),
  )
}

/** Values as gates have them after a sigmoid: within 0 and 1. */
export function gate(...shape: number[]): HostArray {
  const array = float(...shape)
  return { ...array, data: Float32Array.from(array.data, (value) => 0.5 + value / 2) }
}

const scalar = (value: number): HostArray => ({ kind: 'float', shape: [], data: Float32Array.of(value) })

const adamAttributes = [
  { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decoupled: false },
  { beta1: 0.9, beta2: 0.98, epsilon: 1e-9, weightDecay: 0.01, decoupled: false },
  { beta1: 0.8, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1, decoupled: true },
]

const resets = [{ resetAfter: true }, { resetAfter: false }]

/** Inputs for each composite, but for dropout masks. */
export const compositeCases: Readonly<
  Record<Exclude<CompositeName, 'dropoutMask'>, readonly CompositeCase[]>
> = {
  softmax: [...overRows(1), { operands: [masked(4, 9)], attributes: {} }],
  softmaxGrad: overRows(2),
  logSoftmax: [...overRows(1), { operands: [masked(4, 9)], attributes: {} }],
  logSoftmaxGrad: overRows(2).map(({ operands: [y, dy] }) => ({
    operands: [{ ...y!, data: Float32Array.from(y!.data, (value) => -Math.abs(value)) }, dy!],
    attributes: {},
  })),
  crossEntropy: entropies((rows, n) => [logits(rows, n), labels(rows, n)]),
  crossEntropyGrad: entropies((rows, n) => [logits(rows, n), labels(rows, n), float(...rows)]),
  ...normCases,
  attention: attentionCases,
  attentionGrad: attentionGradCases,
  lstm: recurrent((T, B, H) => [float(T, B, 4 * H), float(4 * H, H), float(B, H), float(B, H)]),
  lstmGrad: recurrent(
    (T, B, H) => [
      float(4 * H, H),
      float(B, H),
      float(T, B, H),
      gate(T, B, 4 * H),
      float(T, B, H),
      float(T, B, H),
    ],
    [{}],
    [3],
  ),
  gru: recurrent((T, B, H) => [float(T, B, 3 * H), float(3 * H, H), float(3 * H), float(B, H)], resets),
  gruGrad: recurrent(
    (T, B, H) => [
      float(3 * H, H),
      float(B, H),
      float(T, B, H),
      gate(T, B, 3 * H),
      float(T, B, H),
      float(T, B, H),
    ],
    resets,
    [3, 4],
  ),
  adam: [[], [7], [3, 5]].flatMap((shape) =>
    adamAttributes.map((attributes) => ({
      operands: [float(...shape), float(...shape), float(...shape), gate(...shape)].concat(
        [0.01, 0.3, 0.2, 0.5].map(scalar),
      ),
      attributes,
    })),
  ),
}
