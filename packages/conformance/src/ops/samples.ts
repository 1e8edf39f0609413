import type { PrimitiveName } from '@dragoman/core'
import { floats } from '../array.ts'
import { Generator } from '../generator.ts'
import { arrayFor, binary, comparison, intDivisions, unary, wrapping } from './elementwise-samples.ts'
import type { OpSample } from './op-sample.ts'
import { argMaxSamples, matmulSamples, reduction } from './reduction-samples.ts'
import { indexingSamples, movementSamples } from './structural-samples.ts'

const draw = new Generator(1, 'op samples')
const { NaN: nan, POSITIVE_INFINITY: inf } = Number

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
  div: [...binary<'div'>(['float', 'int']), ...intDivisions],
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
