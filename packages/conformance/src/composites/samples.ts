import type { CompositeName, HostArray } from '@dragoman/core'
import { bools, floats } from '../array.ts'
import { Generator } from '../generator.ts'
import type { OpSample } from '../ops/op-sample.ts'

const draw = new Generator(1, 'composite samples')
const { NaN: nan, POSITIVE_INFINITY: inf } = Number

/** Rows of no element, of one, around the width of SIMD, many. */
const rows: readonly (readonly number[])[] = [
  [1],
  [2, 3],
  [0, 4],
  [3, 1],
  [2, 2, 9],
  [2, 2, 1, 2, 3],
  [2, 67],
]

/** Scores whose exponentials overflow, or are all 0, unless the largest is taken off first. */
const extreme = floats([4, 3], [1000, 999, 990, -1000, -999, -1001, 0, 0, 0, 88, -88, 0])
/** Scores of which some are masked; one row has no other. */
const masked = floats([3, 3], [-inf, 1, 2, -inf, -inf, 3, 0, -inf, -inf])
const undefinedRows = floats([4, 3], [nan, 1, 2, inf, 1, 2, -inf, -inf, -inf, 1, 2, 3])

type NormalisingName = 'softmax' | 'logSoftmax'

function normalising<O extends NormalisingName>(): OpSample<O>[] {
  const named: readonly (readonly [string, HostArray])[] = [
    ...rows.map((shape) => [`of [${shape}]`, draw.floats(shape, -4, 4)] as const),
    ['of large scores', extreme],
    ['of masked scores', masked],
    ['of NaN and infinities', undefinedRows],
  ]
  return named.map(([name, x]) => ({ name, inputs: [x], attributes: {} })) as never
}

function ofTwo<O extends 'softmaxGrad' | 'logSoftmaxGrad'>(low: number, high: number): OpSample<O>[] {
  return rows.map((shape) => ({
    name: `of [${shape}]`,
    inputs: [draw.floats(shape, low, high), draw.floats(shape)],
    attributes: {},
  })) as never
}

const smoothings = [0, 0.1]
const oneNaN = floats([2, 3], [0.5, Number.NaN, -1, 0.5, 2, -1])
const crossEntropies = smoothings.flatMap((smoothing) => [
  { name: `with smoothing ${smoothing}`, logits: draw.floats([2, 3, 5], -3, 3), smoothing },
  { name: `of one class with smoothing ${smoothing}`, logits: draw.floats([4, 1]), smoothing },
  { name: `of nothing with smoothing ${smoothing}`, logits: draw.floats([0, 3]), smoothing },
  { name: `of large logits with smoothing ${smoothing}`, logits: extreme, smoothing },
  { name: `of many classes with smoothing ${smoothing}`, logits: draw.floats([3, 67], -4, 4), smoothing },
  { name: `of a row with NaN with smoothing ${smoothing}`, logits: oneNaN, smoothing },
])

const labelsOf = ({ shape }: HostArray) => draw.ints(shape.slice(0, -1), 0, shape.at(-1)! - 1)
const lossesOf = ({ shape }: HostArray) => draw.floats(shape.slice(0, -1))

const normRows: readonly (readonly number[])[] = [[5], [2, 3, 4], [3, 1], [0, 3], [2, 33]]
const weight = (shape: readonly number[]) => draw.floats([shape.at(-1)!], -2, 2)

function norms<O extends 'layerNorm' | 'rmsNorm'>(operands: 2 | 3): OpSample<O>[] {
  const constant = floats([3, 4], [2, 2, 2, 2, 0, 0, 0, 0, -7, -7, -7, -7])
  const inputs = [...normRows.map((shape) => draw.floats(shape, -3, 3)), constant]
  return inputs.flatMap((x, i) =>
    [1e-5, 0.25].map((epsilon) => ({
      name: `${i === normRows.length ? 'of equal elements' : `of [${x.shape}]`} with ${operands} operands and ε ${epsilon}`,
      inputs: [x, weight(x.shape), weight(x.shape)].slice(0, operands),
      attributes: { epsilon },
    })),
  ) as never
}

function normGrads<O extends 'layerNormGrad' | 'rmsNormGrad'>(): OpSample<O>[] {
  return normRows.map((shape) => ({
    name: `of [${shape}]`,
    inputs: [draw.floats(shape, -3, 3), weight(shape), draw.floats(shape)],
    attributes: { epsilon: 0.0625 },
  })) as never
}

interface Loop {
  readonly name: string
  readonly steps: number
  readonly batch: number
  readonly size: number
  readonly reverse: boolean
  readonly padded: boolean
}

const loops: readonly Loop[] = [
  { name: 'forwards', steps: 4, batch: 3, size: 2, reverse: false, padded: false },
  { name: 'backwards', steps: 4, batch: 3, size: 2, reverse: true, padded: false },
  { name: 'forwards with padding', steps: 5, batch: 2, size: 5, reverse: false, padded: true },
  { name: 'backwards with padding', steps: 5, batch: 2, size: 5, reverse: true, padded: true },
  { name: 'of one step', steps: 1, batch: 2, size: 3, reverse: false, padded: false },
  { name: 'of one unit and one row', steps: 3, batch: 1, size: 1, reverse: false, padded: false },
  { name: 'of no step', steps: 0, batch: 2, size: 3, reverse: false, padded: false },
  { name: 'of no row', steps: 2, batch: 0, size: 3, reverse: false, padded: false },
  { name: 'of wide states', steps: 2, batch: 2, size: 17, reverse: false, padded: false },
]

/** True up to a length of each row; the last row of several has none. */
function maskOf({ steps, batch, padded }: Loop): HostArray[] {
  if (!padded) return []
  const bits = Array.from({ length: steps * batch }, (_, i) =>
    Number(Math.floor(i / batch) < (i % batch === batch - 1 && batch > 1 ? 0 : steps - 1)),
  )
  return [bools([steps, batch], bits)]
}

function recurrent(each: Loop, gates: number) {
  const { steps, batch, size } = each
  return {
    x: draw.floats([steps, batch, gates * size], -2, 2),
    weight: draw.floats([gates * size, size]),
    bias: draw.floats([gates * size]),
    state: () => draw.floats([batch, size]),
    mask: maskOf(each),
  }
}

const lstms: readonly OpSample<'lstm'>[] = loops.map((each) => {
  const { x, weight: w, state, mask } = recurrent(each, 4)
  const inputs = [x, w, state(), state(), ...mask]
  return { name: each.name, inputs, attributes: { reverse: each.reverse } }
})

const grus: readonly OpSample<'gru'>[] = [true, false].flatMap((resetAfter) =>
  loops.map((each) => {
    const { x, weight: w, bias, state, mask } = recurrent(each, 3)
    return {
      name: `${each.name}, reset ${resetAfter ? 'after' : 'before'}`,
      inputs: [x, w, bias, state(), ...mask],
      attributes: { reverse: each.reverse, resetAfter },
    }
  }),
)

const flags = { hasAllowed: false, hasBias: false, hasMask: false }
const attentionShapes: readonly (readonly [string, number, number, number])[] = [
  ['of several queries', 3, 2, 4],
  ['of one query and one key', 1, 1, 1],
  ['of no key', 2, 1, 0],
  ['of no query', 0, 2, 3],
  ['of many keys', 2, 2, 33],
]

const attentions: readonly OpSample<'attention'>[] = [
  ...attentionShapes.flatMap(([name, T, keyHeads, S]) =>
    [false, true].map((causal) => ({
      name: `${name}${causal ? ', causal' : ''}`,
      inputs: [
        draw.floats([2, 2, T, 3], -2, 2),
        draw.floats([2, keyHeads, S, 3], -2, 2),
        draw.floats([2, keyHeads, S, 2], -2, 2),
      ],
      attributes: { causal, scale: 0.5, ...flags },
    })),
  ),
  {
    name: 'of scores that overflow',
    inputs: [
      floats([1, 1, 2, 1], [1000, -1000]),
      floats([1, 1, 3, 1], [1, 0.5, -1]),
      draw.floats([1, 1, 3, 2]),
    ],
    attributes: { causal: false, scale: 1, ...flags },
  },
  {
    name: 'of queries that may look nowhere',
    inputs: [
      draw.floats([2, 1, 2, 2]),
      draw.floats([2, 1, 3, 2]),
      draw.floats([2, 1, 3, 2]),
      bools([2, 1, 1, 3], [1, 1, 0, 0, 0, 0]),
    ],
    attributes: { causal: false, scale: 1, ...flags, hasAllowed: true },
  },
]

/** As after t steps with the given β; gradients of every size. */
function adamSample(name: string, shape: readonly number[], scale: number, decoupled: boolean) {
  const parameters = [draw.floats(shape), draw.floats(shape), draw.floats(shape), draw.floats(shape, 0, 2)]
  const scalars = [0.125, 0.5, 0.75, scale].map((x) => floats([], [x]))
  const attributes = { beta1: 0.5, beta2: 0.75, epsilon: 0.125, weightDecay: 0.25, decoupled }
  return { name, inputs: [...parameters, ...scalars], attributes }
}

const adams: readonly OpSample<'adam'>[] = [
  adamSample('of a matrix', [3, 5], 1, true),
  adamSample('of a matrix, decay in the gradient', [3, 5], 0.5, false),
  adamSample('of a scalar', [], 1, true),
  adamSample('of nothing', [0, 2], 1, true),
  {
    ...adamSample('of a gradient that is NaN and scaled by 0', [2], 0, true),
    inputs: adamSample('', [2], 0, true).inputs.with(1, floats([2], [nan, inf])),
  },
]

/** Composites whose results are functions of finite sums; the others have cases with their gradients. */
type SampledName = Exclude<CompositeName, 'attentionGrad' | 'lstmGrad' | 'gruGrad' | 'dropoutMask'>

/** Samples of composites, against the reference: a backend that takes one whole is held to its meaning. */
export const compositeSamples: { readonly [O in SampledName]: readonly OpSample<O>[] } = {
  softmax: normalising<'softmax'>(),
  softmaxGrad: ofTwo<'softmaxGrad'>(0, 1),
  logSoftmax: normalising<'logSoftmax'>(),
  logSoftmaxGrad: ofTwo<'logSoftmaxGrad'>(-4, 0),
  crossEntropy: crossEntropies.map(({ name, logits, smoothing }) => ({
    name,
    inputs: [logits, labelsOf(logits)],
    attributes: { smoothing },
  })),
  crossEntropyGrad: crossEntropies.map(({ name, logits, smoothing }) => ({
    name,
    inputs: [logits, labelsOf(logits), lossesOf(logits)],
    attributes: { smoothing },
  })),
  layerNorm: [...norms<'layerNorm'>(2), ...norms<'layerNorm'>(3)],
  layerNormGrad: normGrads<'layerNormGrad'>(),
  rmsNorm: norms<'rmsNorm'>(2),
  rmsNormGrad: normGrads<'rmsNormGrad'>(),
  attention: attentions,
  lstm: lstms,
  gru: grus,
  adam: adams,
}
