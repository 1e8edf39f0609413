import type { Tensor } from '@dragoman/core'
import {
  add,
  crossEntropy,
  div,
  gather,
  gradients,
  gru,
  lstm,
  matmul,
  mul,
  pow,
  reduceMax,
  reduceSum,
  scan,
  sigmoid,
  softmax,
  tanh,
} from '@dragoman/core'
import { ints } from '../array.ts'
import { Generator } from '../generator.ts'
import type { GradientCase } from './gradient-case.ts'

type F = Tensor<'float'>
const draw = new Generator(1, 'second-order gradients')

/** The gradient of Σ y² as a function of its own: differentiating it again checks gradients of gradients. */
function gradientOf(y: F, wrt: Readonly<Record<string, F>>): Record<string, F> {
  const results = gradients(reduceSum(mul(y, y)), Object.values(wrt))
  return Object.fromEntries(Object.keys(wrt).map((key, i) => [key, results[i]!]))
}

/** Second-order gradients of what losses are made of. */
export const secondOrderCases: readonly GradientCase[] = [
  {
    op: 'tanh',
    name: 'and other elementwise ops twice',
    inputs: { x: draw.floats([2, 3], 0.5, 2), y: draw.floats([3], 0.5, 2) },
    build: ({ x, y }) => gradientOf(div(add(tanh(x!), sigmoid(mul(x!, y!))), pow(x!, y!)), { x: x!, y: y! }),
  },
  {
    op: 'matmul',
    name: 'twice',
    inputs: { a: draw.floats([2, 2, 3]), b: draw.floats([2, 3]) },
    build: ({ a, b }) => gradientOf(tanh(matmul(a!, b!, { transposeB: true })), { a: a!, b: b! }),
  },
  {
    op: 'softmax',
    name: 'twice',
    inputs: { x: draw.floats([2, 3], -2, 2) },
    build: ({ x }) => gradientOf(softmax(x!), { x: x! }),
  },
  {
    op: 'crossEntropy',
    name: 'twice',
    inputs: { x: draw.floats([2, 4], -2, 2), labels: ints([2], [3, 1]) },
    build: ({ x, labels }) =>
      gradientOf(crossEntropy(x!, labels as unknown as Tensor<'int'>, 0.1), { x: x! }),
  },
  {
    op: 'lstm',
    name: 'twice',
    inputs: {
      x: draw.floats([2, 1, 8], -1, 1),
      weight: draw.floats([8, 2], -1, 1),
      hidden: draw.floats([1, 2], -1, 1),
      cell: draw.floats([1, 2], -1, 1),
    },
    build({ x, weight, hidden, cell }) {
      const { states } = lstm({ xProjection: x!, weightHh: weight!, hidden: hidden!, cell: cell! })
      return gradientOf(states, { x: x!, weight: weight!, cell: cell! })
    },
  },
  {
    op: 'gru',
    name: 'twice',
    inputs: {
      x: draw.floats([2, 1, 6], -1, 1),
      weight: draw.floats([6, 2], -1, 1),
      bias: draw.floats([6], -1, 1),
      hidden: draw.floats([1, 2], -1, 1),
    },
    build({ x, weight, bias, hidden }) {
      const { states } = gru({ xProjection: x!, weightHh: weight!, biasHh: bias!, hidden: hidden! })
      return gradientOf(states, { x: x!, weight: weight!, bias: bias! })
    },
  },
  {
    op: 'gather',
    name: 'and a maximum twice',
    inputs: { table: draw.distinct([3, 2]), ids: ints([4], [2, 0, 2, 1]) },
    build: ({ table, ids }) =>
      gradientOf(mul(gather(table!, ids as unknown as Tensor<'int'>), reduceMax(table!)), { table: table! }),
  },
  {
    op: 'scan',
    name: 'twice',
    inputs: { x: draw.floats([3, 2, 2]), h: draw.floats([2, 2]), w: draw.floats([2, 2]) },
    build: ({ x, h, w }) => {
      const { carry, ys } = scan('elman', x!.trace, { carry: { h: h! }, xs: { x: x! } }, (now, at) => {
        const next = tanh(add(at.x, matmul(now.h, w!, { transposeB: true })))
        return { carry: { h: next }, ys: { next } }
      })
      return gradientOf(add(ys.next, carry.h), { x: x!, h: h!, w: w! })
    },
  },
]
