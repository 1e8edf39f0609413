import type { HostArray, Kind, PrimitiveName } from '@dragoman/core'
import { floats, ints } from '../array.ts'
import { Generator } from '../generator.ts'
import type { OpSample } from './op-sample.ts'

const draw = new Generator(1, 'elementwise samples')
const { NaN: nan, POSITIVE_INFINITY: inf } = Number

/** Samples of one op. */
export type Samples<O extends PrimitiveName> = readonly OpSample<O>[]

/** A scalar, nothing, one element, vectors around the width of SIMD, many axes. */
const shapes: readonly (readonly number[])[] = [
  [],
  [0],
  [1],
  [7],
  [67],
  [3, 5],
  [2, 3, 5],
  [0, 3],
  [2, 2, 3, 2],
  [2, 1, 2, 1, 3],
]

/** Where float32 ends: the largest numbers, the smallest normal ones, and one below them that may be 0. */
const edges = floats([8], [3e38, -3e38, 2 ** -126, -(2 ** -126), 2 ** -140, 1e-30, 1, -1].map(Math.fround))
/** Where int32 ends. */
const intEdges = ints([6], [2 ** 31 - 1, -(2 ** 31) + 1, -(2 ** 31), 2 ** 24 + 1, 0, -1])

/** An array of any kind; floats and ints lie between `low` and `high`. */
export function arrayFor(kind: Kind, shape: readonly number[], low: number, high: number): HostArray {
  if (kind === 'bool') return draw.bools(shape)
  return kind === 'int' ? draw.ints(shape, low, high) : draw.floats(shape, low, high)
}

/** An op of one operand on every shape, and where its kind ends. */
export function unary<O extends PrimitiveName>(
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
          // No engine reduces the largest numbers to a period, so that sin and cos have a range of their own.
          ...(high === 10 ? [] : [{ name: 'at the edges of float32', inputs: [edges], attributes: {} }]),
        ]
      : []),
    ...(kind === 'int' ? [{ name: 'at the edges of int32', inputs: [intEdges], attributes: {} }] : []),
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
  [
    [1, 1, 1],
    [1, 1],
  ],
  [
    [2, 1, 1, 2, 3],
    [3, 2, 1, 1],
  ],
]

/** An op of two operands that broadcast in every way, and where their kind ends. */
export function binary<O extends PrimitiveName>(
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
          {
            name: 'at the edges of float32',
            inputs: [edges, floats([8], [2, 1, 1, 1, 1, 0.5, -1, -1])],
            attributes: {},
          },
        ]
      : []),
  ])
  return samples as never
}

/** Few different values, so that many are equal. */
export function comparison<O extends PrimitiveName>(kinds: readonly Kind[]): Samples<O> {
  const [near, far] = [[-1 / 32, 1 / 32] as const, [-1, 1] as const]
  return [...binary<O>(['float'], near, near), ...binary<O>(kinds, far, far)]
}

const extremes = ints([6], [2 ** 31 - 1, -(2 ** 31), -1, 0, 65537, 7])

/** Signs, zeros, and the quotient that no int holds. */
export const intDivisions: Samples<'div'> = [
  {
    name: 'of ints that truncates, and by 0',
    inputs: [ints([8], [7, -7, 7, -7, 5, 0, -9, 1]), ints([8], [2, 2, -2, -2, 0, 0, 4, 3])],
    attributes: {},
  },
  {
    name: 'of ints at the edges of int32',
    inputs: [intEdges, ints([6], [3, -1, 2, 1, -(2 ** 31), 2 ** 31 - 1])],
    attributes: {},
  },
]

/** Results that no int holds. */
export function wrapping<O extends PrimitiveName>(): Samples<O> {
  return [{ name: 'of ints that wrap', inputs: [extremes, ints([], [65537])], attributes: {} }] as never
}
