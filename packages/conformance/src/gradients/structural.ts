import type { Tensor } from '@dragoman/core'
import {
  argMax,
  broadcast,
  cast,
  concat,
  dynamicSlice,
  dynamicUpdate,
  exp,
  expandDims,
  flip,
  floor,
  gather,
  gatherAlong,
  iota,
  less,
  matmul,
  mul,
  norm,
  pad,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  reshape,
  scatterAdd,
  scatterAlong,
  sign,
  slice,
  stack,
  take,
  tanh,
  transpose,
} from '@dragoman/core'
import { floats, ints } from '../array.ts'
import { Generator } from '../generator.ts'
import type { GradientCase } from './gradient-case.ts'

type Int = Tensor<'int'>
const draw = new Generator(1, 'gradients of structural ops')
const int = (tensor: unknown): Int => tensor as Int

/** Gradients of ops that move elements. Squares and exponentials make every gradient depend on x. */
export const movementCases: readonly GradientCase[] = [
  {
    op: 'reshape',
    name: 'with sizes by name',
    inputs: { x: { array: draw.floats([2, 3, 2]), dims: ['batch', 'time', 2] } },
    build: ({ x }) => ({ y: exp(reshape(x!, ['batch*time', 2])) }),
  },
  {
    op: 'transpose',
    name: 'of three axes',
    inputs: { x: draw.floats([2, 3, 2]) },
    build: ({ x }) => ({ y: exp(transpose(x!, [2, 0, 1])) }),
  },
  {
    op: 'broadcast',
    name: 'of axes of size 1 and new ones',
    inputs: { x: draw.floats([2, 1]), s: draw.floats([]) },
    build: ({ x, s }) => ({ y: exp(broadcast(x!, [3, 2, 2])), z: exp(broadcast(s!, [1, 2])) }),
  },
  {
    op: 'slice',
    name: 'of the middle, the end and nothing',
    inputs: { x: { array: draw.floats([5, 2]), dims: ['time', 2] } },
    build: ({ x }) => ({
      y: exp(slice(x!, 0, 1, 2)),
      z: exp(take(x!, 0, 'last')),
      rest: exp(slice(x!, 0, 2, 'time-2')),
      none: slice(x!, 1, 1, 0),
    }),
  },
  {
    op: 'pad',
    name: 'on both sides',
    inputs: { x: draw.floats([2, 2]) },
    build: ({ x }) => ({ y: exp(pad(x!, [1, 0], [0, 2], 0.5)) }),
  },
  {
    op: 'concat',
    name: 'of parts of different sizes, one of them twice',
    inputs: { a: draw.floats([2, 1]), b: draw.floats([2, 3]), none: draw.floats([2, 0]) },
    build: ({ a, b, none }) => ({ y: exp(concat([a!, b!, none!, a!], 1)), z: exp(stack([b!, b!])) }),
  },
  {
    op: 'flip',
    name: 'of two axes',
    inputs: { x: draw.floats([2, 3, 2]) },
    build: ({ x }) => ({ y: exp(flip(x!, [0, 2])) }),
  },
]

/** Gradients of ops with indices that are data: repeated ones add up. */
export const indexingCases: readonly GradientCase[] = [
  {
    op: 'gather',
    name: 'of rows, repeated',
    inputs: { table: draw.floats([4, 2]), ids: ints([2, 3], [0, 3, 3, 1, 0, 3]) },
    build: ({ table, ids }) => ({ y: exp(gather(table!, int(ids))) }),
  },
  {
    op: 'gather',
    name: 'along the middle axis, with a scalar and with nothing',
    inputs: {
      table: draw.floats([2, 3, 2]),
      ids: ints([4], [2, 2, 0, 2]),
      one: ints([], [1]),
      none: ints([0], []),
    },
    build: ({ table, ids, one, none }) => ({
      y: exp(gather(table!, int(ids), 1)),
      z: exp(gather(table!, int(one), 2)),
      nothing: gather(table!, int(none), 0),
    }),
  },
  {
    op: 'scatterAdd',
    name: 'onto repeated rows',
    inputs: { updates: draw.floats([4, 2]), ids: ints([4], [1, 1, 0, 1]) },
    build: ({ updates, ids }) => ({ y: exp(scatterAdd(int(ids), updates!, 0, 3)) }),
  },
  {
    op: 'scatterAdd',
    name: 'along the middle axis with a matrix of ids',
    inputs: { updates: draw.floats([2, 2, 2, 2]), ids: ints([2, 2], [0, 2, 2, 0]) },
    build: ({ updates, ids }) => ({ y: exp(scatterAdd(int(ids), updates!, 1, 3)) }),
  },
  ...[0, 1].map(
    (axis): GradientCase => ({
      op: 'gatherAlong',
      name: `axis ${axis}, repeated`,
      inputs: {
        x: draw.floats([3, 2]),
        ids: axis === 0 ? ints([4, 2], [0, 2, 0, 1, 2, 1, 0, 1]) : ints([3, 3], [1, 1, 0, 0, 0, 0, 1, 0, 1]),
      },
      build: ({ x, ids }) => ({ y: exp(gatherAlong(x!, int(ids), axis)) }),
    }),
  ),
  {
    op: 'scatterAlong',
    name: 'the last axis, repeated',
    inputs: { updates: draw.floats([2, 3]), ids: ints([2, 3], [1, 1, 0, 3, 3, 3]) },
    build: ({ updates, ids }) => ({ y: exp(scatterAlong(int(ids), updates!, 1, 4)) }),
  },
  ...[0, 2, 9, -4].map(
    (start): GradientCase => ({
      op: 'dynamicSlice',
      name: `from ${start}`,
      inputs: { x: draw.floats([5, 2]), start: ints([], [start]) },
      build: ({ x, start: at }) => ({ y: exp(dynamicSlice(x!, int(at), 0, 2)) }),
    }),
  ),
  ...[1, 7].map(
    (start): GradientCase => ({
      op: 'dynamicUpdate',
      name: `from ${start}`,
      inputs: { x: draw.floats([2, 4]), update: draw.floats([2, 2]), start: ints([], [start]) },
      build: ({ x, update, start: at }) => ({ y: exp(dynamicUpdate(x!, update!, int(at), 1)) }),
    }),
  ),
]

/** Gradients of reductions; ties of reduceMax and reduceMin share evenly. */
export const reductionCases: readonly GradientCase[] = [
  {
    op: 'reduceSum',
    name: 'over some axes, all of them, and a mean',
    inputs: { x: { array: draw.floats([2, 3, 2]), dims: ['batch', 'time', 2] } },
    build: ({ x }) => ({
      y: exp(reduceSum(x!, { axes: [0, 2] })),
      z: exp(reduceSum(x!, { axes: [1], keepDims: true })),
      mean: exp(reduceMean(x!, { axes: [0, 1] })),
      all: exp(reduceSum(x!)),
      norm: norm(x!),
    }),
  },
  ...(['reduceMax', 'reduceMin'] as const).flatMap((op): GradientCase[] => {
    const reduce = op === 'reduceMax' ? reduceMax : reduceMin
    return [
      {
        op,
        name: 'over one axis and two',
        inputs: { x: draw.distinct([2, 3, 2]) },
        build: ({ x }) => ({
          y: exp(reduce(x!, { axes: [1] })),
          z: exp(reduce(x!, { axes: [0, 2], keepDims: true })),
        }),
      },
      {
        op,
        name: 'with ties of two',
        inputs: { x: floats([3, 3], [1, 2, 2, -1, 0, -1, 3, 3, 3 + (op === 'reduceMax' ? -1 : 1)]) },
        build: ({ x }) => ({ y: reduce(x!, { axes: [1] }) }),
        expected: {
          x: op === 'reduceMax' ? [0, 0.5, 0.5, 0, 1, 0, 0.5, 0.5, 0] : [1, 0, 0, 0.5, 0, 0.5, 0.5, 0.5, 0],
        },
        source: 'torch.amax and torch.amin',
      },
      {
        op,
        name: 'with ties of two, by differences',
        inputs: { x: floats([2, 2], [2, 2, -1, -1]) },
        build: ({ x }) => ({ y: reduce(x!, { axes: [1] }) }),
      },
      {
        op,
        name: 'with ties of three, over all axes',
        inputs: { x: floats([2, 2], op === 'reduceMax' ? [5, 5, 1, 5] : [-5, -5, 1, -5]) },
        build: ({ x }) => ({ y: reduce(x!) }),
        expected: { x: [1 / 3, 1 / 3, 0, 1 / 3] },
        source: 'torch.amax and torch.amin share the gradient evenly',
      },
    ]
  }),
]

const batches: readonly [string, readonly number[], readonly number[]][] = [
  ['of matrices', [], []],
  ['of batches', [2], [2]],
  ['with one right operand', [2, 2], []],
  ['with one left operand', [], [3]],
  ['with batches that broadcast', [2, 1], [3]],
  ['with a batch of size 1', [1], [2]],
]

/** Gradients of matmul: both transposes of both operands, for every kind of batch. */
export const matmulCases: readonly GradientCase[] = [
  ...batches.flatMap(([name, left, right]) =>
    [0, 1, 2, 3].map((flags): GradientCase => {
      const options = { transposeA: (flags & 1) === 1, transposeB: (flags & 2) === 2 }
      const a = [...left, ...(options.transposeA ? [3, 2] : [2, 3])]
      const b = [...right, ...(options.transposeB ? [4, 3] : [3, 4])]
      const suffix = `${options.transposeA ? ', left swapped' : ''}${options.transposeB ? ', right swapped' : ''}`
      return {
        op: 'matmul',
        name: `${name}${suffix}`,
        inputs: { a: draw.floats(a), b: draw.floats(b) },
        build: (x) => ({ y: tanh(matmul(x.a!, x.b!, options)) }),
      }
    }),
  ),
  {
    op: 'matmul',
    name: 'of a matrix with itself, and with sizes by name',
    inputs: {
      x: { array: draw.floats([2, 3, 2]), dims: ['batch', 'time', 2] },
      w: draw.floats([2, 2]),
    },
    build: ({ x, w }) => ({
      gram: tanh(matmul(x!, x!, { transposeB: true })),
      y: tanh(matmul(matmul(x!, w!), w!, { transposeB: true })),
    }),
  },
]

/** Nothing flows through ops that are constant almost everywhere; other paths stay open. */
export const flatCases: readonly GradientCase[] = [
  {
    op: 'argMax',
    name: 'stops the gradient, and the path beside it keeps it',
    inputs: { x: draw.distinct([2, 3]) },
    build: ({ x }) => ({
      y: mul(cast(expandDims(argMax(x!), -1), 'float'), x!),
      index: mul(cast(iota(x!, [3]), 'float'), x!),
    }),
  },
  {
    op: 'floor',
    name: 'and sign, comparisons and casts stop the gradient',
    inputs: { x: floats([4], [-1.5, -0.25, 0.25, 2.5]) },
    build: ({ x }) => ({
      y: mul(floor(x!), x!),
      z: mul(sign(x!), x!),
      truncated: mul(cast(cast(x!, 'int'), 'float'), x!),
      compared: mul(cast(less(x!, 1), 'float'), x!),
    }),
  },
]
