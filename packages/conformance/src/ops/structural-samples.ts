import type { HostArray, Kind, PrimitiveName } from '@dragoman/core'
import { ints } from '../array.ts'
import { Generator } from '../generator.ts'
import type { OpSample } from './op-sample.ts'

const draw = new Generator(1, 'structural samples')
const kinds = ['float', 'int', 'bool'] as const

type SamplesOf<O extends PrimitiveName> = { readonly [P in O]: readonly OpSample<P>[] }

function arrayFor(kind: Kind, shape: readonly number[]): HostArray {
  if (kind === 'bool') return draw.bools(shape)
  return kind === 'int' ? draw.ints(shape, -9, 9) : draw.floats(shape)
}

/** The same sample for every kind; data movement must not care. */
function ofEveryKind<O extends PrimitiveName>(
  name: string,
  shapes: readonly (readonly number[])[],
  attributes: OpSample<O>['attributes'],
): OpSample<O>[] {
  return kinds.map((kind) => ({
    name: `${name}, ${kind}`,
    inputs: shapes.map((shape) => arrayFor(kind, shape)),
    attributes,
  }))
}

/** Ops that move elements. */
export const movementSamples: SamplesOf<
  'reshape' | 'transpose' | 'broadcast' | 'slice' | 'pad' | 'concat' | 'flip'
> = {
  reshape: [
    ...ofEveryKind<'reshape'>('to one axis', [[2, 3, 4]], { shape: [24] }),
    ...ofEveryKind<'reshape'>('of a scalar', [[]], { shape: [1, 1] }),
    ...ofEveryKind<'reshape'>('of nothing', [[0, 3]], { shape: [3, 0, 2] }),
    ...ofEveryKind<'reshape'>('to five axes', [[12, 2]], { shape: [2, 3, 1, 2, 2] }),
    ...ofEveryKind<'reshape'>('to a scalar', [[1, 1]], { shape: [] }),
  ],
  transpose: [
    ...ofEveryKind<'transpose'>('of a matrix', [[9, 17]], { permutation: [1, 0] }),
    ...ofEveryKind<'transpose'>('of the first two axes', [[3, 5, 7]], { permutation: [1, 0, 2] }),
    ...ofEveryKind<'transpose'>('of five axes', [[2, 3, 1, 2, 3]], { permutation: [4, 2, 0, 3, 1] }),
    ...ofEveryKind<'transpose'>('of nothing', [[0, 2]], { permutation: [1, 0] }),
    ...ofEveryKind<'transpose'>('of a scalar', [[]], { permutation: [] }),
    ...ofEveryKind<'transpose'>('of the middle axes', [[2, 3, 4, 5]], { permutation: [0, 2, 1, 3] }),
    ...ofEveryKind<'transpose'>('of the last two axes', [[2, 5, 3]], { permutation: [0, 2, 1] }),
  ],
  broadcast: [
    ...ofEveryKind<'broadcast'>('of a scalar', [[]], { shape: [3, 5] }),
    ...ofEveryKind<'broadcast'>('of a row', [[7]], { shape: [3, 7] }),
    ...ofEveryKind<'broadcast'>('of a column', [[3, 1]], { shape: [2, 3, 7] }),
    ...ofEveryKind<'broadcast'>('to nothing', [[1, 2]], { shape: [0, 2] }),
    ...ofEveryKind<'broadcast'>('to itself', [[2, 3]], { shape: [2, 3] }),
    ...ofEveryKind<'broadcast'>('of a middle axis to five', [[2, 1, 3]], { shape: [2, 2, 2, 4, 3] }),
  ],
  slice: [
    ...ofEveryKind<'slice'>('of the middle', [[5, 9]], { starts: [1, 3], sizes: [3, 5] }),
    ...ofEveryKind<'slice'>('of rows', [[5, 9]], { starts: [2, 0], sizes: [3, 9] }),
    ...ofEveryKind<'slice'>('of everything', [[2, 3]], { starts: [0, 0], sizes: [2, 3] }),
    ...ofEveryKind<'slice'>('of the last entry', [[4, 3]], { starts: [3, 2], sizes: [1, 1] }),
    ...ofEveryKind<'slice'>('of five axes', [[2, 2, 3, 2, 2]], {
      starts: [1, 0, 1, 0, 1],
      sizes: [1, 2, 2, 1, 1],
    }),
    ...ofEveryKind<'slice'>('of nothing', [[5]], { starts: [5], sizes: [0] }),
    ...ofEveryKind<'slice'>('of four axes', [[2, 3, 4, 3]], { starts: [1, 0, 2, 1], sizes: [1, 2, 2, 2] }),
  ],
  pad: [
    ...ofEveryKind<'pad'>('on all sides', [[3, 5]], { low: [1, 2], high: [2, 0], value: 1 }),
    ...ofEveryKind<'pad'>('by nothing', [[2, 3]], { low: [0, 0], high: [0, 0], value: 1 }),
    ...ofEveryKind<'pad'>('in the middle of four axes', [[2, 2, 2, 3]], {
      low: [0, 1, 0, 0],
      high: [0, 0, 2, 0],
      value: 0,
    }),
    ...ofEveryKind<'pad'>('of nothing', [[0, 2]], { low: [1, 0], high: [0, 1], value: 0 }),
  ],
  concat: [
    ...ofEveryKind<'concat'>(
      'of rows',
      [
        [2, 5],
        [1, 5],
        [3, 5],
      ],
      { axis: 0 },
    ),
    ...ofEveryKind<'concat'>(
      'of columns',
      [
        [3, 2],
        [3, 0],
        [3, 7],
      ],
      { axis: 1 },
    ),
    ...ofEveryKind<'concat'>(
      'along the middle axis',
      [
        [2, 1, 3],
        [2, 2, 3],
      ],
      { axis: 1 },
    ),
    ...ofEveryKind<'concat'>('of one part', [[4]], { axis: 0 }),
  ],
  flip: [
    ...ofEveryKind<'flip'>('of the first axis', [[3, 5]], { axes: [0] }),
    ...ofEveryKind<'flip'>('of two axes', [[2, 3, 5]], { axes: [0, 2] }),
    ...ofEveryKind<'flip'>('of the last of four axes', [[2, 1, 2, 5]], { axes: [3] }),
    ...ofEveryKind<'flip'>('of nothing', [[0, 2]], { axes: [0, 1] }),
    ...ofEveryKind<'flip'>('of no axis', [[3]], { axes: [] }),
  ],
}

const rows = ints([2, 3], [0, 4, 4, 1, 0, 4])

function gathers(): OpSample<'gather'>[] {
  return kinds.flatMap((kind) => [
    { name: `of rows, repeated, ${kind}`, inputs: [arrayFor(kind, [5, 9]), rows], attributes: { axis: 0 } },
    {
      name: `of the middle axis, ${kind}`,
      inputs: [arrayFor(kind, [2, 5, 3]), rows],
      attributes: { axis: 1 },
    },
    { name: `of the last axis, ${kind}`, inputs: [arrayFor(kind, [4, 5]), rows], attributes: { axis: 1 } },
    {
      name: `by a scalar, ${kind}`,
      inputs: [arrayFor(kind, [5, 2]), ints([], [3])],
      attributes: { axis: 0 },
    },
    { name: `by nothing, ${kind}`, inputs: [arrayFor(kind, [5, 2]), ints([0], [])], attributes: { axis: 0 } },
    {
      name: `of the middle of four axes by one axis, ${kind}`,
      inputs: [arrayFor(kind, [2, 3, 4, 2]), ints([5], [3, 3, 0, 1, 3])],
      attributes: { axis: 2 },
    },
  ])
}

/** Ops with indices that are data. */
export const indexingSamples: SamplesOf<
  'gather' | 'scatterAdd' | 'gatherAlong' | 'scatterAlong' | 'dynamicSlice' | 'dynamicUpdate'
> = {
  gather: gathers(),
  scatterAdd: (['float', 'int'] as const).flatMap((kind) => [
    {
      name: `onto repeated rows, ${kind}`,
      inputs: [rows, arrayFor(kind, [2, 3, 9])],
      attributes: { axis: 0, size: 5 },
    },
    {
      name: `along the last axis, ${kind}`,
      inputs: [rows, arrayFor(kind, [4, 2, 3])],
      attributes: { axis: 1, size: 6 },
    },
    {
      name: `of nothing, ${kind}`,
      inputs: [ints([0], []), arrayFor(kind, [0, 2])],
      attributes: { axis: 0, size: 3 },
    },
    {
      name: `by a scalar, ${kind}`,
      inputs: [ints([], [2]), arrayFor(kind, [3])],
      attributes: { axis: 0, size: 4 },
    },
    {
      name: `onto one row many times, ${kind}`,
      inputs: [ints([67], new Int32Array(67).fill(1)), arrayFor(kind, [67, 2])],
      attributes: { axis: 0, size: 3 },
    },
  ]),
  gatherAlong: kinds.flatMap((kind) => [
    {
      name: `along the last axis, ${kind}`,
      inputs: [arrayFor(kind, [2, 5]), rows],
      attributes: { axis: 1 },
    },
    {
      name: `along the first axis, ${kind}`,
      inputs: [arrayFor(kind, [5, 3]), rows],
      attributes: { axis: 0 },
    },
    {
      name: `along the middle axis, ${kind}`,
      inputs: [arrayFor(kind, [2, 5, 2]), ints([2, 3, 2], [0, 4, 4, 1, 0, 4, 2, 2, 3, 0, 1, 1])],
      attributes: { axis: 1 },
    },
  ]),
  scatterAlong: (['float', 'int'] as const).flatMap((kind) => [
    {
      name: `along the last axis, repeated, ${kind}`,
      inputs: [rows, arrayFor(kind, [2, 3])],
      attributes: { axis: 1, size: 5 },
    },
    {
      name: `along the first axis, ${kind}`,
      inputs: [rows, arrayFor(kind, [2, 3])],
      attributes: { axis: 0, size: 6 },
    },
    {
      name: `along the middle axis, repeated, ${kind}`,
      inputs: [ints([2, 3, 2], [0, 4, 0, 1, 0, 4, 2, 2, 2, 0, 1, 2]), arrayFor(kind, [2, 3, 2])],
      attributes: { axis: 1, size: 5 },
    },
  ]),
  dynamicSlice: kinds.flatMap((kind) =>
    [0, 2, 9, -3].map((start) => ({
      name: `from ${start}, ${kind}`,
      inputs: [arrayFor(kind, [5, 3]), ints([], [start])],
      attributes: { axis: 0, size: 2 },
    })),
  ),
  dynamicUpdate: kinds.flatMap((kind) =>
    [0, 1, 9, -3].map((start) => ({
      name: `from ${start}, ${kind}`,
      inputs: [arrayFor(kind, [3, 5]), arrayFor(kind, [3, 2]), ints([], [start])],
      attributes: { axis: 1 },
    })),
  ),
}
