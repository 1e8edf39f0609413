import { type HostArray, type Kind, type PrimitiveTable, trace } from '@dragoman/core'
import { RandomSource } from './random-source.ts'

/** Operands as host arrays, and how the op takes them. Expected numbers are the float64 reference's. */
export interface Case {
  readonly operands: readonly HostArray[]
  readonly attributes: object
}

const random = new RandomSource(7)
const shapes = [[], [1], [0], [7], [3, 1], [2, 3, 4], [1, 2, 1, 3], [2, 1, 3, 2, 2], [600]]
const pairs = [
  [[], []],
  [[3], []],
  [[2, 3], [3]],
  [
    [2, 3],
    [2, 1],
  ],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [
    [2, 3, 2, 1, 2],
    [3, 1, 5, 1],
  ],
  [
    [0, 3],
    [1, 3],
  ],
  [[513], [513]],
  [
    [300, 2],
    [300, 1],
  ],
  [[1, 1, 1], [2]],
]
const specials = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -2, 2]

const arrays = (kind: Kind, ...sizes: (readonly number[])[]) =>
  sizes.map((shape) => random.array(kind, shape))

function special(...shape: number[]): HostArray {
  const array = random.array('float', shape)
  const data = Float32Array.from(array.data, (value, i) => (i % 2 === 0 ? random.pick(specials) : value * 3))
  return { ...array, data }
}

const plain = (...operands: HostArray[]): Case => ({ operands, attributes: {} })

function unary(...kinds: Kind[]): Case[] {
  const cases = kinds.flatMap((kind) => shapes.map((shape) => plain(...arrays(kind, shape))))
  return kinds.includes('float') ? [...cases, plain(special(40))] : cases
}

function binary(...kinds: Kind[]): Case[] {
  const cases = kinds.flatMap((kind) => pairs.map(([a, b]) => plain(...arrays(kind, a!, b!))))
  return kinds.includes('float') ? [...cases, plain(special(15, 1), special(1, 15))] : cases
}

const positive = (array: HostArray): HostArray => ({
  ...array,
  data: Float32Array.from(array.data, (value) => Math.abs(value) + 0.25),
})

function reductions(): Case[] {
  const sets = [[], [0], [1], [0, 1], [0, 2], [1, 3], [0, 1, 2, 3]]
  const inputs = [
    [2, 3, 4, 5],
    [2, 0, 3, 1],
    [1, 1, 1, 1],
    [3, 1, 70, 2],
  ].flatMap((shape) => arrays('float', shape).concat(arrays('int', shape)))
  return sets.flatMap((axes) =>
    inputs.map((x, i) => ({ operands: [x], attributes: { axes, keepDims: i % 2 === 0 } })),
  )
}

const ids = (shape: readonly number[], below: number): HostArray => {
  const data = Int32Array.from(random.array('int', shape).data, (value) => Math.abs(value) % below)
  return { kind: 'int', shape, data }
}

const scalar = (value: number): HostArray => ({ kind: 'int', shape: [], data: Int32Array.of(value) })

const indexed = ['float', 'int'] as const

function products(): Case[] {
  const sizes = [
    [
      [3, 4],
      [4, 5],
    ],
    [
      [1, 4],
      [4, 1],
    ],
    [
      [2, 0],
      [0, 3],
    ],
    [
      [0, 2],
      [2, 3],
    ],
    [
      [2, 3, 4, 5],
      [5, 6],
    ],
    [
      [2, 1, 4, 5],
      [3, 5, 2],
    ],
    [
      [1, 3],
      [2, 3, 3, 3],
    ],
    [
      [70, 33],
      [33, 90],
    ],
  ] as const
  return sizes.flatMap(([a, b]) => {
    const flip = (shape: readonly number[]) => [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!]
    return [false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => ({
        operands: arrays('float', transposeA ? flip(a) : a, transposeB ? flip(b) : b),
        attributes: { transposeA, transposeB },
      })),
    )
  })
}

/** What each primitive is tried on. */
export const primitiveCases: PrimitiveTable<readonly Case[]> = {
  constant: [
    { operands: [], attributes: { kind: 'float', shape: [2, 2], data: [1, Number.NaN, -0.5, Infinity] } },
    { operands: [], attributes: { kind: 'int', shape: [], data: [-7] } },
    { operands: [], attributes: { kind: 'bool', shape: [3], data: [1, 0, 1] } },
    { operands: [], attributes: { kind: 'float', shape: [0], data: [] } },
  ],
  iota: [[3], [2, 3], [2, 3, 4], [1, 0, 2]].flatMap((shape) =>
    shape.map((_, axis) => ({ operands: [], attributes: { shape, axis } })),
  ),
  size: [{ operands: [], attributes: { dim: 12 } }],

  neg: unary('float', 'int'),
  abs: unary('float', 'int'),
  sign: unary('float', 'int'),
  floor: unary('float'),
  exp: unary('float'),
  log: [...shapes.map((shape) => plain(...arrays('float', shape).map(positive))), plain(special(40))],
  sqrt: unary('float'),
  tanh: unary('float'),
  sigmoid: unary('float'),
  erf: unary('float'),
  sin: unary('float'),
  cos: unary('float'),
  not: unary('bool'),
  cast: (['float', 'int', 'bool'] as const).flatMap((to) =>
    unary('float', 'int', 'bool').map((each) => ({ ...each, attributes: { kind: to } })),
  ),

  add: binary('float', 'int'),
  sub: binary('float', 'int'),
  mul: binary('float', 'int'),
  div: [
    ...pairs.map(([a, b]) => plain(random.array('float', a!), positive(random.array('float', b!)))),
    ...binary('int'),
  ],
  pow: [
    ...pairs.map(([a, b]) => plain(positive(random.array('float', a!)), random.array('float', b!))),
    plain(special(15, 1), special(1, 15)),
  ],
  max: binary('float', 'int'),
  min: binary('float', 'int'),
  equal: binary('float', 'int', 'bool'),
  less: binary('float', 'int'),
  lessEqual: binary('float', 'int'),
  and: binary('bool'),
  or: binary('bool'),
  select: (['float', 'int', 'bool'] as const).flatMap((kind) =>
    pairs.flatMap(([a, b]) => [
      plain(random.array('bool', a!), random.array(kind, b!), random.array(kind, [])),
      plain(random.array('bool', b!), random.array(kind, a!), random.array(kind, a!)),
    ]),
  ),

  reshape: [
    [
      [2, 3, 4],
      [4, 6],
    ],
    [[2, 3, 4], [24]],
    [[1], []],
    [
      [0, 3],
      [5, 0],
    ],
    [
      [2, 3],
      [1, 2, 1, 3, 1],
    ],
  ].map(([from, shape]) => ({ operands: arrays('float', from!), attributes: { shape } })),
  transpose: [
    [
      [2, 3],
      [1, 0],
    ],
    [
      [2, 3, 4],
      [2, 0, 1],
    ],
    [
      [2, 3, 4],
      [0, 2, 1],
    ],
    [
      [1, 3, 1, 2],
      [2, 1, 0, 3],
    ],
    [
      [2, 3, 2, 3, 2],
      [4, 1, 3, 0, 2],
    ],
    [
      [0, 3],
      [1, 0],
    ],
    [[], []],
  ].map(([from, permutation]) => ({ operands: arrays('int', from!), attributes: { permutation } })),
  broadcast: [
    [[], [2, 3]],
    [[3], [2, 3]],
    [
      [2, 1],
      [2, 4],
    ],
    [
      [1, 3, 1],
      [2, 4, 3, 5],
    ],
    [[1], [0]],
  ].map(([from, shape]) => ({ operands: arrays('bool', from!), attributes: { shape } })),
  slice: [
    [[5], [1], [3]],
    [
      [4, 5],
      [1, 0],
      [2, 5],
    ],
    [
      [4, 5],
      [0, 2],
      [4, 3],
    ],
    [
      [3, 4, 5],
      [1, 1, 1],
      [1, 2, 3],
    ],
    [
      [3, 4],
      [3, 0],
      [0, 4],
    ],
  ].map(([from, starts, sizes]) => ({ operands: arrays('float', from!), attributes: { starts, sizes } })),
  pad: (['float', 'int', 'bool'] as const).flatMap((kind) =>
    [
      [
        [2, 3],
        [1, 0],
        [0, 2],
      ],
      [
        [0, 2],
        [1, 0],
        [1, 0],
      ],
      [
        [2, 2, 2],
        [0, 1, 1],
        [2, 0, 1],
      ],
      [[], [], []],
    ].map(([from, low, high]) => ({ operands: arrays(kind, from!), attributes: { low, high, value: 1 } })),
  ),
  concat: [
    { operands: arrays('float', [2, 3], [4, 3]), attributes: { axis: 0 } },
    { operands: arrays('float', [2, 3], [2, 0], [2, 1]), attributes: { axis: 1 } },
    { operands: arrays('int', [2, 3, 2], [2, 1, 2], [2, 2, 2]), attributes: { axis: 1 } },
    { operands: arrays('bool', [3]), attributes: { axis: 0 } },
  ],
  flip: [[0], [1], [0, 2], [0, 1, 2]].map((axes) => ({
    operands: arrays('float', [2, 3, 4]),
    attributes: { axes },
  })),

  gather: (['float', 'int', 'bool'] as const).flatMap((kind) => [
    { operands: [...arrays(kind, [5, 3]), ids([4], 5)], attributes: { axis: 0 } },
    { operands: [...arrays(kind, [2, 5, 3]), ids([2, 2], 5)], attributes: { axis: 1 } },
    { operands: [...arrays(kind, [5]), ids([], 5)], attributes: { axis: 0 } },
    { operands: [...arrays(kind, [5, 2]), ids([0], 5)], attributes: { axis: 0 } },
  ]),
  scatterAdd: indexed.flatMap((kind) => [
    { operands: [ids([6], 3), ...arrays(kind, [6, 3])], attributes: { axis: 0, size: 5 } },
    { operands: [ids([2, 3], 4), ...arrays(kind, [2, 2, 3, 5])], attributes: { axis: 1, size: 4 } },
    { operands: [ids([0], 4), ...arrays(kind, [0, 5])], attributes: { axis: 0, size: 4 } },
  ]),
  gatherAlong: [0, 1, 2].map((axis) => {
    const shape = [3, 4, 2]
    return {
      operands: [...arrays('float', shape), ids(shape.with(axis, 5), shape[axis]!)],
      attributes: { axis },
    }
  }),
  scatterAlong: indexed.flatMap((kind) =>
    [0, 1, 2].map((axis) => ({
      operands: [ids([3, 4, 2], 3), ...arrays(kind, [3, 4, 2])],
      attributes: { axis, size: 3 },
    })),
  ),
  dynamicSlice: [-3, 0, 1, 9].map((start) => ({
    operands: [...arrays('float', [2, 5, 3]), scalar(start)],
    attributes: { axis: 1, size: 2 },
  })),
  dynamicUpdate: [-3, 0, 1, 9].map((start) => ({
    operands: [...arrays('float', [2, 5, 3], [2, 2, 3]), scalar(start)],
    attributes: { axis: 1 },
  })),

  reduceSum: reductions(),
  reduceMax: [...reductions(), { operands: [special(8, 5)], attributes: { axes: [1], keepDims: false } }],
  reduceMin: [...reductions(), { operands: [special(8, 5)], attributes: { axes: [0], keepDims: false } }],
  argMax: [0, 1, 2].flatMap((axis) => [
    { operands: arrays('float', [3, 9, 2]), attributes: { axis } },
    { operands: arrays('int', [3, 9, 2]), attributes: { axis } },
    { operands: [special(4, 6, 3)], attributes: { axis } },
  ]),
  matmul: products(),
  // Its own file: scan.test.ts; here the smallest one, that adds up the xs.
  scan: [true, false].map((reverse) => ({
    operands: arrays('float', [2], [3, 2]),
    attributes: { body: sumBody(), carries: 1, xs: 1, length: 3, reverse },
  })),
}

function sumBody() {
  return trace('sum', (place) => {
    const carry = place.input('carry', 'float', [2])
    const sum = place.emit('add', [carry, place.input('x', 'float', [2])], {})[0]!
    return { next: sum, y: sum }
  })
}
