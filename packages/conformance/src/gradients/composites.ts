import type { HostArray, Tensor } from '@dragoman/core'
import { crossEntropy, exp, gru, logSoftmax, lstm, matmul, select, softmax, tanh } from '@dragoman/core'
import { bools, floats, ints } from '../array.ts'
import { Generator } from '../generator.ts'
import type { GradientCase, Inputs } from './gradient-case.ts'

type F = Tensor<'float'>
const draw = new Generator(1, 'gradients of composites')
const rows = [2, 3, 4]

/** A sequence with padding that starts at different steps; row 1 has none. */
const mask = () => bools([4, 3], [1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 1, 0])
const asBool = (tensor: F | undefined) => tensor as unknown as Tensor<'bool'> | undefined
const asInt = (tensor: F | undefined) => tensor as unknown as Tensor<'int'>

/** Gradients of softmax and of the loss. */
export const softmaxCases: readonly GradientCase[] = [
  {
    op: 'softmax',
    name: 'over the last axis',
    inputs: { x: { array: draw.floats(rows, -3, 3), dims: ['batch', 3, 'source'] } },
    build: ({ x }) => ({ y: softmax(x!) }),
  },
  {
    op: 'softmax',
    name: 'of masked scores, one row all masked',
    inputs: { x: draw.floats([3, 4], -3, 3), isReal: bools([3, 4], [1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0]) },
    build: ({ x, isReal }) => ({ y: exp(softmax(select(asBool(isReal)!, x!, -Infinity))) }),
  },
  {
    op: 'logSoftmax',
    name: 'over the last axis',
    inputs: { x: draw.floats(rows, -3, 3) },
    build: ({ x }) => ({ y: logSoftmax(x!) }),
  },
  ...[0, 0.1].map(
    (smoothing): GradientCase => ({
      op: 'crossEntropy',
      name: `with smoothing ${smoothing}`,
      inputs: {
        logits: { array: draw.floats([2, 3, 5], -3, 3), dims: ['batch', 'time', 5] },
        labels: { array: ints([2, 3], [0, 4, 4, 2, 2, 1]), dims: ['batch', 'time'] },
      },
      build: ({ logits, labels }) => ({ loss: crossEntropy(logits!, asInt(labels), smoothing) }),
    }),
  ),
  {
    op: 'softmaxGrad',
    name: 'as a function of its operands',
    inputs: { y: draw.floats([2, 3]), dy: draw.floats([2, 3]) },
    build: ({ y, dy }) => ({ dx: y!.trace.emit('softmaxGrad', [y!, dy!], {})[0]! }),
  },
  {
    op: 'logSoftmaxGrad',
    name: 'as a function of its operands',
    inputs: { y: draw.floats([2, 3]), dy: draw.floats([2, 3]) },
    build: ({ y, dy }) => ({ dx: y!.trace.emit('logSoftmaxGrad', [y!, dy!], {})[0]! }),
  },
  ...[0, 0.1].map(
    (smoothing): GradientCase => ({
      op: 'crossEntropyGrad',
      name: `as a function of its operands, with smoothing ${smoothing}`,
      inputs: { logits: draw.floats([3, 4], -2, 2), labels: ints([3], [3, 0, 3]), dLoss: draw.floats([3]) },
      build: ({ logits, labels, dLoss }) => ({
        dx: logits!.trace.emit('crossEntropyGrad', [logits!, labels!, dLoss!], { smoothing })[0]!,
      }),
    }),
  ),
]

/** What a recurrent case varies. */
const variants = [
  { name: 'forwards', reverse: false, masked: false },
  { name: 'backwards', reverse: true, masked: false },
  { name: 'forwards with padding', reverse: false, masked: true },
  { name: 'backwards with padding', reverse: true, masked: true },
] as const

function recurrentInputs(gates: number, masked: boolean) {
  return {
    x: { array: draw.floats([4, 3, gates * 2], -2, 2), dims: ['time', 'batch', gates * 2] },
    weight: draw.floats([gates * 2, 2]),
    hidden: { array: draw.floats([3, 2]), dims: ['batch', 2] },
    ...(masked ? { isReal: { array: mask(), dims: ['time', 'batch'] } } : {}),
  }
}

const lstmCases = variants.map(
  ({ name, reverse, masked }): GradientCase => ({
    op: 'lstm',
    name,
    inputs: {
      ...recurrentInputs(4, masked),
      cell: { array: draw.floats([3, 2], -2, 2), dims: ['batch', 2] },
    },
    build: ({ x, weight, hidden, cell, isReal }) => {
      const inputs = { xProjection: x!, weightHh: weight!, hidden: hidden!, cell: cell! }
      const { states, cells } = lstm({ ...inputs, isReal: asBool(isReal), reverse })
      return { states, cells: tanh(cells) }
    },
  }),
)

const gruCases = [true, false].flatMap((resetAfter) =>
  variants.map(
    ({ name, reverse, masked }): GradientCase => ({
      op: 'gru',
      name: `${name}, reset ${resetAfter ? 'after' : 'before'}`,
      inputs: { ...recurrentInputs(3, masked), bias: draw.floats([6]) },
      build: ({ x, weight, bias, hidden, isReal }) => {
        const inputs = { xProjection: x!, weightHh: weight!, biasHh: bias!, hidden: hidden! }
        return { states: gru({ ...inputs, isReal: asBool(isReal), reverse, resetAfter }).states }
      },
    }),
  ),
)

/** The gradient composites are functions of their own; a small sequence will do. */
const sequence = [2, 2, 2]
const saved = (gates: number) => ({
  gates: draw.floats([2, 2, gates * 2]),
  weight: draw.floats([gates * 2, 2]),
})

function numbered(outputs: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(outputs.map((output, i) => [`d${i}`, output]))
}

/** Gates with 0 at the last step of the last row, which is padding: so the forward pass leaves them. */
function paddedGates(gates: number): HostArray {
  const { shape, data } = draw.floats([2, 2, gates * 2])
  return floats(shape, [...data].fill(0, data.length - gates * 2))
}

const recurrentGradCases: readonly GradientCase[] = [
  {
    op: 'lstmGrad',
    name: 'as a function of its operands, with padding',
    inputs: {
      ...saved(4),
      gates: paddedGates(4),
      cell: draw.floats([2, 2]),
      cells: draw.floats(sequence),
      dStates: draw.floats(sequence),
      dCells: draw.floats(sequence),
      isReal: bools([2, 2], [1, 1, 1, 0]),
    },
    build: ({ weight, cell, cells, gates, dStates, dCells, isReal }) => {
      const operands = [weight!, cell!, cells!, gates!, dStates!, dCells!, isReal!]
      return numbered(weight!.trace.emit('lstmGrad', operands, { reverse: false }))
    },
  },
  ...[true, false].map(
    (resetAfter): GradientCase => ({
      op: 'gruGrad',
      name: `as a function of its operands, reset ${resetAfter ? 'after' : 'before'}, backwards`,
      inputs: {
        ...saved(3),
        hidden: draw.floats([2, 2]),
        states: draw.floats(sequence),
        candidate: draw.floats(sequence),
        dStates: draw.floats(sequence),
      },
      build: ({ weight, hidden, states, gates, candidate, dStates }) => {
        const operands = [weight!, hidden!, states!, gates!, candidate!, dStates!]
        return numbered(weight!.trace.emit('gruGrad', operands, { reverse: true, resetAfter }))
      },
    }),
  ),
]

/** Gradients of the recurrent layers: both directions, padding, given states, both forms of the GRU. */
export const recurrentCases: readonly GradientCase[] = [
  ...lstmCases,
  ...gruCases,
  {
    op: 'lstm',
    name: 'stacked, with the same weights in both layers',
    inputs: {
      ...recurrentInputs(4, false),
      up: draw.floats([2, 8]),
      cell: { array: draw.floats([3, 2]), dims: ['batch', 2] },
    },
    build: stackedLstm,
  },
  ...recurrentGradCases,
]

function stackedLstm({ x, weight, hidden, cell, up }: Inputs): Record<string, Tensor> {
  const state = { weightHh: weight!, hidden: hidden!, cell: cell! }
  const first = lstm({ xProjection: x!, ...state })
  const widened = matmul(first.states, up!)
  const { states } = lstm({ xProjection: widened, ...state, reverse: true })
  return { states }
}

/** Gradients of an optimizer's update, as meta-learning takes them. */
export const updateCases: readonly GradientCase[] = [true, false].map(
  (decoupled): GradientCase => ({
    op: 'adam',
    name: decoupled ? 'with decoupled decay' : 'with decay in the gradient',
    inputs: {
      parameter: draw.floats([3]),
      gradient: draw.floats([3]),
      m: draw.floats([3]),
      v: draw.floats([3], 0.5, 2),
      learningRate: floats([], [0.25]),
      correction1: floats([], [0.5]),
      correction2: floats([], [0.75]),
      gradientScale: floats([], [0.5]),
    },
    build: (inputs) => {
      const attributes = { beta1: 0.5, beta2: 0.75, epsilon: 0.125, weightDecay: 0.25, decoupled }
      return numbered(inputs.parameter!.trace.emit('adam', Object.values(inputs), attributes))
    },
  }),
)

/** Losses of logits that are masked, in part or all of a row: only for laws, as `strangeNormCases`. */
export const strangeLossCases: readonly GradientCase[] = [0, 0.25].map((smoothing) => ({
  op: 'crossEntropy',
  name: `of rows of −∞ with smoothing ${smoothing}`,
  inputs: {
    logits: floats(
      [4, 3],
      [...[-Infinity, -Infinity, -Infinity], ...[1, 2, -Infinity], 2, -Infinity, 0, 1, 2, 3],
    ),
    labels: ints([4], [1, 0, 1, 2]),
  },
  build: ({ logits, labels }) => ({ loss: crossEntropy(logits!, asInt(labels), smoothing) }),
}))
