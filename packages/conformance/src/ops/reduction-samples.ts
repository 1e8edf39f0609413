import { floats } from '../array.ts'
import { Generator } from '../generator.ts'
import { arrayFor } from './elementwise-samples.ts'
import type { OpSample } from './op-sample.ts'

const draw = new Generator(1, 'reduction samples')
const { NaN: nan, POSITIVE_INFINITY: inf } = Number

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
  [[], []],
  [[1], [0]],
  [[257], [0]],
  [
    [2, 3, 2, 1, 2],
    [1, 3, 4],
  ],
]

/** A reduction over some axes, all, or none. */
export function reduction<O extends 'reduceSum' | 'reduceMax' | 'reduceMin'>(): readonly OpSample<O>[] {
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
  const cancelling = {
    name: 'of floats that cancel',
    inputs: [floats([3, 4], [1024, 0.5, -1024, 0.25, 4096, -4096, 1, -1, 0.125, 8192, -8192, 0.125])],
    attributes: { axes: [1], keepDims: false },
  }
  return [...samples, special, cancelling] as never
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
  [[], [], 0, 3, 2],
  [[0], [0], 2, 2, 2],
  [[2, 1, 2], [1, 3, 1], 2, 3, 2],
  [[], [], 64, 64, 64],
]

const plainProducts: readonly OpSample<'matmul'>[] = products.flatMap(([left, right, M, K, N]) =>
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

const specialProducts: readonly OpSample<'matmul'>[] = [
  {
    name: 'of NaN and infinities',
    inputs: [floats([3, 2], [nan, 1, inf, 0, 1, 2]), floats([2, 2], [1, 0, 0, 1])],
    attributes: { transposeA: false, transposeB: false },
  },
  {
    name: 'of floats that cancel',
    inputs: [floats([2, 3], [1024, 1, -1024, 3, 4096, -1]), floats([3, 2], [1, 2, 0.125, 0, 1, 2])],
    attributes: { transposeA: false, transposeB: false },
  },
]

/** Products of every form, transposed in every way. */
export const matmulSamples: readonly OpSample<'matmul'>[] = [...plainProducts, ...specialProducts]

/** The largest element, with ties. */
export const argMaxSamples: readonly OpSample<'argMax'>[] = [
  ...[[1], [67], [2, 1, 2, 3, 2]].map((shape) => ({
    name: `of float [${shape}] along the last axis`,
    inputs: [draw.distinct(shape)],
    attributes: { axis: shape.length - 1 },
  })),
  { name: 'of nothing along an axis of 3', inputs: [floats([0, 3], [])], attributes: { axis: 1 } },
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
