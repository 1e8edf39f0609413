import type { HostArray, Kind, PrimitiveName } from '@dragoman/core'
import { floats, ints } from '../array.ts'
import { Generator } from '../generator.ts'
import type { OpSample } from './op-sample.ts'
import { indexingSamples, movementSamples } from './structural-samples.ts'

const draw = new Generator(1, 'op samples')
const { NaN: nan, POSITIVE_INFINITY: inf } = Number

type Samples<O extends PrimitiveName> = readonly OpSample<O>[]

/** A scalar, nothing, one element, vectors around the width of SIMD, many axes. */
const shapes: readonly (readonly number[])[] = [[], [0], [1], [7], [67], [2, 3, 5], [2, 1, 2, 1, 3], [0, 3]]

function arrayFor(kind: Kind, shape: readonly number[], low: number, high: number): HostArray {
  if (kind === 'bool') return draw.bools(shape)
  return kind === 'int' ? draw.ints(shape, low, high) : draw.floats(shape, low, high)
}

function unary<O extends PrimitiveName>(
  kinds: readonly Kind[],
  [low, high]: readonly [number, number] = [-4, 4],
): Samples<O> {
  const samples = kinds.flatMap((kind) => [
    ...shapes.map((shape) => ({
      name: `of ${kind} [${shape}]`,
      inputs: [arrayFor(kind, shape, low, high)],
      attributes: {},
    })),
    ...(kind === 'float'
      ? [
          {
            name: 'of NaN, infinities and zeros',
            inputs: [floats([6], [nan, inf, -inf, 0, -0, nan])],
            attributes: {},
          },
        ]
      : []),
  ])
  return samples as never
}

const meetings: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[67], [67]],
  [[], [5]],
  [[2, 3], []],
  [
    [4, 1],
    [1, 5],
  ],
  [[3], [2, 2, 3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [
    [2, 3, 1, 2],
    [1, 4, 2],
  ],
  [
    [0, 3],
    [1, 3],
  ],
  [
    [2, 0],
    [2, 1],
  ],
  [[33, 9], [9]],
  [
    [9, 1],
    [9, 33],
  ],
]

function binary<O extends PrimitiveName>(
  kinds: readonly Kind[],
  left: readonly [number, number] = [-4, 4],
  right: readonly [number, number] = [-4, 4],
): Samples<O> {
  const samples = kinds.flatMap((kind) => [
    ...meetings.map(([a, b]) => ({
      name: `of ${kind} [${a}] and [${b}]`,
      inputs: [arrayFor(kind, a, ...left), arrayFor(kind, b, ...right)],
      attributes: {},
    })),
    ...(kind === 'float'
      ? [
          {
            name: 'of NaN and infinities',
            inputs: [
              floats([9], [nan, 1, inf, -inf, inf, nan, 2, -inf, 0]),
              floats([9], [1, nan, inf, inf, -2, nan, -inf, -inf, inf]),
            ],
            attributes: {},
          },
        ]
      : []),
  ])
  return samples as never
}

/** Few different values, so that many are equal. */
function comparison<O extends PrimitiveName>(kinds: readonly Kind[]): Samples<O> {
  const [near, far] = [[-1 / 32, 1 / 32] as const, [-1, 1] as const]
  return [...binary<O>(['float'], near, near), ...binary<O>(kinds, far, far)]
}

const extremes = ints([6], [2 ** 31 - 1, -(2 ** 31), -1, 0, 65537, 7])

function wrapping<O extends PrimitiveName>(): Samples<O> {
  return [{ name: 'of ints that wrap', inputs: [extremes, ints([], [65537])], attributes: {} }] as never
}

const reduced: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[7], [0]],
  [[67], [0]],
  [[5, 67], [1]],
  [[67, 5], [0]],
  [
    [2, 3, 4],
    [0, 2],
  ],
  [[2, 3, 4], [1]],
  [
    [2, 3, 4],
    [0, 1, 2],
  ],
  [[2, 0, 3], [1]],
  [[2, 0, 3], [0]],
  [[3, 1], []],
]

function reduction<O extends 'reduceSum' | 'reduceMax' | 'reduceMin'>(): readonly OpSample<O>[] {
  const samples = (['float', 'int'] as const).flatMap((kind) =>
    reduced.flatMap(([shape, axes]) =>
      [false, true].map((keepDims) => ({
        name: `of ${kind} [${shape}] over ${axes.join(' and ') || 'no axis'}${keepDims ? ', kept' : ''}`,
        inputs: [arrayFor(kind, shape, -4, 4)],
        attributes: { axes, keepDims },
      })),
    ),
  )
  const special = {
    name: 'of NaN and infinities',
    inputs: [floats([4, 3], [1, nan, 2, inf, -inf, 0, -inf, -inf, -inf, inf, 1, nan])],
    attributes: { axes: [1], keepDims: false },
  }
  return [...samples, special] as never
}

const products: readonly (readonly [readonly number[], readonly number[], number, number, number])[] = [
  [[], [], 2, 3, 4],
  [[], [], 1, 1, 1],
  [[], [], 37, 65, 33],
  [[], [], 1, 70, 5],
  [[], [], 5, 1, 17],
  [[3], [3], 2, 5, 3],
  [[2, 3], [], 4, 3, 5],
  [[], [3], 4, 3, 5],
  [[2, 1], [3], 3, 2, 2],
  [[], [], 3, 0, 2],
  [[0], [0], 2, 2, 2],
]

const matmulSamples: readonly OpSample<'matmul'>[] = products.flatMap(([left, right, M, K, N]) =>
  [0, 1, 2, 3].map((flags) => {
    const [transposeA, transposeB] = [(flags & 1) === 1, (flags & 2) === 2]
    const a = [...left, ...(transposeA ? [K, M] : [M, K])]
    const b = [...right, ...(transposeB ? [N, K] : [K, N])]
    return {
      name: `of [${a}]${transposeA ? ' swapped' : ''} and [${b}]${transposeB ? ' swapped' : ''}`,
      inputs: [draw.floats(a, -2, 2), draw.floats(b, -2, 2)],
      attributes: { transposeA, transposeB },
    }
  }),
)

const castSamples: readonly OpSample<'cast'>[] = [
  ...(['float', 'int', 'bool'] as const).flatMap((from) =>
    (['float', 'int', 'bool'] as const).map((kind) => ({
      name: `from ${from} to ${kind}`,
      inputs: [arrayFor(from, [3, 7], -3, 3)],
      attributes: { kind },
    })),
  ),
  ...(['int', 'bool'] as const).map((kind) => ({
    name: `of NaN, infinities and large floats to ${kind}`,
    inputs: [floats([8], [nan, inf, -inf, 3e9, -3e9, 2.75, -2.75, 0])],
    attributes: { kind },
  })),
]

const selectSamples: readonly OpSample<'select'>[] = (['float', 'int', 'bool'] as const).map((kind) => ({
  name: `of ${kind} with operands that broadcast`,
  inputs: [draw.bools([2, 1, 9]), arrayFor(kind, [3, 1], -4, 4), arrayFor(kind, [], -4, 4)],
  attributes: {},
}))

const argMaxSamples: readonly OpSample<'argMax'>[] = [
  ...[0, 1, 2].flatMap((axis) =>
    (['float', 'int'] as const).map((kind) => ({
      name: `of ${kind} along axis ${axis}, with ties`,
      inputs: [arrayFor(kind, [3, 4, 5], kind === 'int' ? -2 : -0.0625, kind === 'int' ? 2 : 0.0625)],
      attributes: { axis },
    })),
  ),
  {
    name: 'of NaN and infinities',
    inputs: [floats([3, 3], [1, nan, nan, -inf, -inf, -inf, inf, 1, inf])],
    attributes: { axis: 1 },
  },
]

/**
 * Samples for every primitive; loops have their own cases among the gradients and laws, and `size` stands
 * for a number as soon as all sizes are numbers, so its cases are there too.
 */
export const samples: { readonly [O in Exclude<PrimitiveName, 'scan' | 'size'>]: readonly OpSample<O>[] } = {
  neg: unary<'neg'>(['float', 'int']),
  abs: unary<'abs'>(['float', 'int']),
  sign: unary<'sign'>(['float', 'int']),
  floor: unary<'floor'>(['float']),
  exp: unary<'exp'>(['float'], [-20, 20]),
  log: unary<'log'>(['float'], [-1, 8]),
  sqrt: unary<'sqrt'>(['float'], [-1, 8]),
  tanh: unary<'tanh'>(['float'], [-9, 9]),
  sigmoid: unary<'sigmoid'>(['float'], [-20, 20]),
  erf: unary<'erf'>(['float']),
  sin: unary<'sin'>(['float'], [-10, 10]),
  cos: unary<'cos'>(['float'], [-10, 10]),
  not: unary<'not'>(['bool']),
  cast: castSamples,
  add: [...binary<'add'>(['float', 'int']), ...wrapping<'add'>()],
  sub: [...binary<'sub'>(['float', 'int']), ...wrapping<'sub'>()],
  mul: [...binary<'mul'>(['float', 'int']), ...wrapping<'mul'>()],
  div: binary<'div'>(['float', 'int']),
  pow: binary<'pow'>(['float'], [0, 4]),
  max: binary<'max'>(['float', 'int']),
  min: binary<'min'>(['float', 'int']),
  equal: comparison<'equal'>(['int', 'bool']),
  less: comparison<'less'>(['int']),
  lessEqual: comparison<'lessEqual'>(['int']),
  and: binary<'and'>(['bool']),
  or: binary<'or'>(['bool']),
  select: selectSamples,
  ...movementSamples,
  ...indexingSamples,
  reduceSum: reduction<'reduceSum'>(),
  reduceMax: reduction<'reduceMax'>(),
  reduceMin: reduction<'reduceMin'>(),
  argMax: argMaxSamples,
  matmul: matmulSamples,
  constant: [
    {
      name: 'of floats',
      inputs: [],
      attributes: { kind: 'float', shape: [2, 2], data: [0.5, nan, inf, -2] },
    },
    { name: 'of ints', inputs: [], attributes: { kind: 'int', shape: [], data: [-7] } },
    { name: 'of bools', inputs: [], attributes: { kind: 'bool', shape: [3], data: [1, 0, 1] } },
    { name: 'of nothing', inputs: [], attributes: { kind: 'float', shape: [0], data: [] } },
  ],
  iota: [0, 1, 2].map((axis) => ({
    name: `along axis ${axis}`,
    inputs: [],
    attributes: { shape: [2, 3, 5], axis },
  })),
}
