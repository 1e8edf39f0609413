import {
  type CompositeName,
  compositeNames,
  dropoutMask,
  type HostArray,
  hostArray,
  RandomStream,
  type Tensor,
  trace,
  zeros,
} from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { cpu } from './cpu.ts'
import { describePlan } from './describe-plan.ts'
import { attentionCases, attentionGradCases } from './testing/attention-cases.ts'
import { engines, expectAgrees, float32Tolerance, readAll, runOnce } from './testing/compare-backends.ts'
import type { CompositeCase } from './testing/composite-case.ts'
import { normCases } from './testing/norm-cases.ts'
import { RandomSource } from './testing/random-source.ts'

const random = new RandomSource(11)
const float = (...shape: number[]) => random.array('float', shape)

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

/** Sequences with and without padding, in both directions. */
function recurrent(
  operands: (T: number, B: number, H: number) => HostArray[],
  extra: object[] = [{}],
): CompositeCase[] {
  return sizes.flatMap(([T, B, H]) =>
    [false, true].flatMap((reverse) =>
      extra.flatMap((attributes) => [
        { operands: operands(T, B, H), attributes: { ...attributes, reverse } },
        { operands: [...operands(T, B, H), mask(T, B)], attributes: { ...attributes, reverse } },
      ]),
    ),
  )
}

/** Values as gates have them after a sigmoid: within 0 and 1. */
function gate(...shape: number[]): HostArray {
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

const cases: Readonly<Record<Exclude<CompositeName, 'dropoutMask'>, readonly CompositeCase[]>> = {
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
  lstmGrad: recurrent((T, B, H) => [
    float(4 * H, H),
    float(B, H),
    float(T, B, H),
    gate(T, B, 4 * H),
    float(T, B, H),
    float(T, B, H),
  ]),
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

function graphOf(op: CompositeName, { operands, attributes }: CompositeCase) {
  return trace(op, (place) => {
    const inputs = operands.map(({ kind, shape }, i) => place.input(`${i}`, kind, shape))
    const results = place.emit(op, inputs, attributes as never)
    return Object.fromEntries(results.map((result, i) => [`result${i}`, result]))
  })
}

const inputsOf = ({ operands }: CompositeCase) =>
  Object.fromEntries(operands.map((operand, i) => [`${i}`, operand]))

describe.each(Object.keys(cases) as (keyof typeof cases)[])('%s', (op) => {
  test('agrees with its body on the float64 reference', async () => {
    for (const each of cases[op]) {
      // Sums over 1500 classes of numbers of size 25 round more than the rest.
      const tolerance = op === 'softmaxGrad' || op === 'logSoftmaxGrad' ? 1e-3 : float32Tolerance.absolute
      await expectAgrees(graphOf(op, each), inputsOf(each), { absolute: tolerance, relative: 1e-4 })
    }
  })
})

test('every composite is tried', () => {
  expect([...Object.keys(cases), 'dropoutMask'].sort()).toEqual([...compositeNames].sort())
})

test('lstmGrad takes gradients that are zero without their memory', async () => {
  const [T, B, H] = [3, 2, 4]
  const graph = trace('zeros', (place) => {
    const shapes = [
      [4 * H, H],
      [B, H],
      [T, B, H],
      [T, B, 4 * H],
      [T, B, H],
    ]
    const inputs: Tensor[] = shapes.map((shape, i) => place.input(`${i}`, 'float', shape))
    const none = zeros(place, 'float', [T, B, H])
    const [dx, dh, dc] = place.emit('lstmGrad', [...inputs, none], { reverse: false }) as [
      Tensor,
      Tensor,
      Tensor,
    ]
    return { dx, dh, dc }
  })
  const operands = [float(4 * H, H), float(B, H), float(T, B, H), gate(T, B, 4 * H), float(T, B, H)]
  await expectAgrees(graph, inputsOf({ operands, attributes: {} }), { absolute: 2e-5, relative: 1e-4 })
  const backend = await cpu()
  const program = await backend.compile(graph)
  await program.run(inputsOf({ operands, attributes: {} }))
  expect(
    describePlan(program)
      .split('\n')
      .filter((line) => !line.startsWith('lstmBackward')),
  ).toHaveLength(1)
  await backend.dispose()
})

test.each(engines)('dropout masks have the bits of core: $name', async ({ make }) => {
  const backend = await make()
  const seed = 123456789
  const site = 0xdeadbeef
  const graph = trace('mask', (place) => ({
    mask: dropoutMask({ key: place.input('key', 'int', [3]), site }, [3, 'n'], 0.3),
    n: place.input('n', 'float', ['n']),
  }))
  for (const n of [1, 4, 11]) {
    const key = hostArray('int', [3], [seed, 0, 42])
    const { mask: actual } = await runOnce(backend, graph, {
      key,
      n: hostArray('float', [n], new Float32Array(n)),
    })
    const expected = new RandomStream(seed).dropoutMask(3 * n, 0.3, { step: 42, site })
    expect(actual!.data).toEqual(expected)
  }
  await backend.dispose()
})

test('an out-of-range label is an error that names the op', async () => {
  for (const { make } of engines) {
    const backend = await make()
    const each = { operands: [float(2, 3), hostArray('int', [2], [0, 7])], attributes: { smoothing: 0 } }
    const program = await backend.compile(graphOf('crossEntropy', each))
    await expect(program.run(inputsOf(each))).rejects.toThrow(/crossEntropy: index 7 is outside/)
    await expect(
      program.run({ ...inputsOf(each), 1: hostArray('int', [2], [0, 2]) }).then(readAll),
    ).resolves.toBeDefined()
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    await backend.dispose()
  }
})
