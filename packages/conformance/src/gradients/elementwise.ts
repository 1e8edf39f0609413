import type { Tensor } from '@dragoman/core'
import {
  abs,
  add,
  cos,
  div,
  erf,
  exp,
  less,
  log,
  max,
  min,
  mul,
  neg,
  pow,
  relu,
  select,
  sigmoid,
  sin,
  sqrt,
  sub,
  tanh,
} from '@dragoman/core'
import { bools, floats } from '../array.ts'
import { Generator } from '../generator.ts'
import type { GradientCase } from './gradient-case.ts'

type F = Tensor<'float'>

const draw = new Generator(1, 'gradients of elementwise ops')

const unaries: readonly [GradientCase['op'], (x: F) => F, low: number, high: number][] = [
  ['neg', neg, -2, 2],
  ['exp', exp, -2, 2],
  ['log', log, 0.25, 3],
  ['sqrt', sqrt, 0.25, 3],
  ['tanh', tanh, -2, 2],
  ['sigmoid', sigmoid, -4, 4],
  ['erf', erf, -2, 2],
  ['sin', sin, -4, 4],
  ['cos', cos, -4, 4],
]

const unaryCases = unaries.map(
  ([op, apply, low, high]): GradientCase => ({
    op,
    name: 'of a matrix',
    inputs: { x: draw.floats([2, 3], low, high) },
    build: ({ x }) => ({ y: apply(x!) }),
  }),
)

type Binary = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'max' | 'min'
const binaries: Readonly<Record<Binary, (a: F, b: F) => F>> = { add, sub, mul, div, pow, max, min }

/** Shapes that meet: the same, a row, a column against a row, a scalar, more axes on the left. */
const meetings: readonly [string, readonly number[], readonly number[]][] = [
  ['of one shape', [2, 3], [2, 3]],
  ['with a row on the right', [2, 3], [3]],
  ['of a column and a row', [2, 1], [1, 3]],
  ['with a scalar on the left', [], [2, 2]],
  ['with axes of size 1 in the middle', [2, 1, 2], [3, 1]],
]

const binaryCases = (Object.keys(binaries) as Binary[]).flatMap((op) =>
  meetings.map(([name, left, right]): GradientCase => {
    const positive = op === 'pow' || op === 'div'
    // Shifted by a quarter of a grid step, so that no two elements are near a tie of max or min.
    const a = draw.floats(left, positive ? 0.5 : -2, 2)
    const b = floats(
      right,
      draw.floats(right, op === 'div' ? 0.5 : -2, 2).data.map((x) => x + 1 / 128),
    )
    return { op, name, inputs: { a, b }, build: (x) => ({ y: binaries[op](x.a!, x.b!) }) }
  }),
)

/** Elementwise gradients: smooth places, broadcasts, ties, edges. */
export const elementwiseCases: readonly GradientCase[] = [
  ...unaryCases,
  ...binaryCases,
  {
    op: 'abs',
    name: 'with 0, where both one-sided slopes cancel',
    inputs: { x: floats([2, 3], [-2, -0.5, 0, 0.25, 1, 3]) },
    build: ({ x }) => ({ y: abs(x!) }),
  },
  {
    op: 'add',
    name: 'of a tensor with itself',
    inputs: { x: draw.floats([3]) },
    build: ({ x }) => ({ y: add(x!, x!) }),
  },
  {
    op: 'mul',
    name: 'with sizes by name, and a row that they repeat',
    inputs: {
      a: { array: draw.floats([3, 2]), dims: ['batch', 'time'] },
      b: { array: draw.floats([1, 2]), dims: [1, 'time'] },
      c: { array: draw.floats([3, 1]), dims: ['batch', 1] },
    },
    build: ({ a, b, c }) => ({ y: mul(mul(a!, b!), add(c!, b!)) }),
  },
  {
    op: 'div',
    name: 'of a tensor by itself',
    inputs: { x: draw.floats([3], 1, 2) },
    build: ({ x }) => ({ y: div(mul(x!, x!), x!) }),
  },
  {
    op: 'pow',
    name: 'of negative numbers with whole exponents',
    inputs: { x: floats([4], [-2, -1, 0.5, 3]) },
    build: ({ x }) => ({ y: pow(x!, 3), z: pow(x!, -2) }),
  },
  {
    op: 'pow',
    name: 'at 0',
    inputs: { a: floats([3], [0, 0, 0]), b: floats([3], [0, 1, 2]) },
    build: ({ a, b }) => ({ y: pow(a!, b!) }),
    expected: { a: [0, 1, 0], b: [0, 0, 0] },
    source: 'x⁰ = 1, x¹ = x and x² near 0; 0ᵇ = 0 for b > 0; torch.pow gives the same',
  },
  ...(['max', 'min'] as const).map(
    (op): GradientCase => ({
      op,
      name: 'with ties, shared evenly',
      inputs: { a: floats([4], [1, 2, -1, 0]), b: floats([4], [1, 0, -1, 0]) },
      build: ({ a, b }) => ({ y: binaries[op](a!, b!) }),
    }),
  ),
  {
    op: 'select',
    name: 'with operands that broadcast',
    inputs: {
      condition: bools([2, 1, 3], [1, 0, 1, 0, 0, 1]),
      a: draw.floats([2, 2, 1]),
      b: draw.floats([3]),
    },
    build: ({ condition, a, b }) => ({
      y: select(condition as unknown as Tensor<'bool'>, mul(a!, a!), mul(b!, b!)),
    }),
  },
  {
    op: 'select',
    name: 'by a condition that depends on the operands',
    inputs: {
      a: draw.floats([6], -2, 2),
      b: floats(
        [6],
        draw.floats([6], -2, 2).data.map((x) => x + 1 / 128),
      ),
    },
    build: ({ a, b }) => ({ y: select(less(a!, b!), mul(a!, b!), exp(a!)) }),
  },
  {
    op: 'select',
    name: 'keeps the gradient of the branch not taken out, though it is infinite',
    inputs: { x: floats([3], [0, 1, 4]) },
    build: ({ x }) => {
      const isPositive = less(mul(x!, 0), x!)
      return { y: select(isPositive, sqrt(select(isPositive, x!, 1)), 0) }
    },
    expected: { x: [0, 0.5, 0.25] },
    source: '1 / 2√x, and 0 where the branch is not taken',
  },
  {
    op: 'select',
    name: 'in relu, 0 at 0',
    inputs: { x: floats([3], [-1, 0, 2]) },
    build: ({ x }) => ({ y: relu(x!) }),
    expected: { x: [0, 0, 1] },
    source: 'torch.relu',
  },
]
