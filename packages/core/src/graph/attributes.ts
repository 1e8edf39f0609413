import type { Dim, Shape } from './dims.ts'
import type { Graph, Kind, Node } from './graph.ts'
import type { Attributes, OpName } from './ops.ts'

type AttributeTypeOf<T> = [Dim] extends [T]
  ? 'dim'
  : [Shape] extends [T]
    ? 'shape'
    : [T] extends [Kind]
      ? 'kind'
      : [T] extends [boolean]
        ? 'flag'
        : [T] extends [number]
          ? 'number'
          : [T] extends [readonly number[]]
            ? 'numbers'
            : [T] extends [Graph]
              ? 'graph'
              : never

/** What an attribute holds: `dim` and `shape` may have symbols, `number` and `numbers` never do. */
export type AttributeType = 'dim' | 'shape' | 'kind' | 'flag' | 'number' | 'numbers' | 'graph'

/**
 * The type of each attribute of each op, for whatever treats all ops alike: checking, printing,
 * serialising, and putting numbers in place of symbols.
 */
export const attributeTypes: {
  readonly [O in OpName]: { readonly [K in keyof Attributes<O>]: AttributeTypeOf<Attributes<O>[K]> }
} = {
  constant: { kind: 'kind', shape: 'numbers', data: 'numbers' },
  iota: { shape: 'shape', axis: 'number' },
  size: { dim: 'dim' },

  neg: {},
  abs: {},
  sign: {},
  floor: {},
  exp: {},
  log: {},
  sqrt: {},
  tanh: {},
  sigmoid: {},
  erf: {},
  sin: {},
  cos: {},
  not: {},
  cast: { kind: 'kind' },

  add: {},
  sub: {},
  mul: {},
  div: {},
  pow: {},
  max: {},
  min: {},
  equal: {},
  less: {},
  lessEqual: {},
  and: {},
  or: {},
  select: {},

  reshape: { shape: 'shape' },
  transpose: { permutation: 'numbers' },
  broadcast: { shape: 'shape' },
  slice: { starts: 'shape', sizes: 'shape' },
  pad: { low: 'shape', high: 'shape', value: 'number' },
  concat: { axis: 'number' },
  flip: { axes: 'numbers' },

  gather: { axis: 'number' },
  scatterAdd: { axis: 'number', size: 'dim' },
  gatherAlong: { axis: 'number' },
  scatterAlong: { axis: 'number', size: 'dim' },
  dynamicSlice: { axis: 'number', size: 'dim' },
  dynamicUpdate: { axis: 'number' },

  reduceSum: { axes: 'numbers', keepDims: 'flag' },
  reduceMax: { axes: 'numbers', keepDims: 'flag' },
  reduceMin: { axes: 'numbers', keepDims: 'flag' },
  argMax: { axis: 'number' },

  matmul: { transposeA: 'flag', transposeB: 'flag' },
  scan: { body: 'graph', carries: 'number', xs: 'number', length: 'dim', reverse: 'flag' },

  softmax: {},
  softmaxGrad: {},
  logSoftmax: {},
  logSoftmaxGrad: {},
  crossEntropy: { smoothing: 'number' },
  crossEntropyGrad: { smoothing: 'number' },
  layerNorm: { epsilon: 'number' },
  layerNormGrad: { epsilon: 'number' },
  rmsNorm: { epsilon: 'number' },
  rmsNormGrad: { epsilon: 'number' },
  attention: { causal: 'flag', scale: 'number', hasAllowed: 'flag', hasBias: 'flag', hasMask: 'flag' },
  attentionGrad: {
    causal: 'flag',
    scale: 'number',
    hasAllowed: 'flag',
    hasBias: 'flag',
    hasMask: 'flag',
    biasGradient: 'flag',
  },
  lstm: { reverse: 'flag' },
  lstmGrad: { reverse: 'flag' },
  gru: { reverse: 'flag', resetAfter: 'flag' },
  gruGrad: { reverse: 'flag', resetAfter: 'flag' },
  adam: { beta1: 'number', beta2: 'number', epsilon: 'number', weightDecay: 'number', decoupled: 'flag' },
  dropoutMask: { shape: 'shape', rate: 'number', site: 'number' },
}

/** An attribute of any op, with its type beside it. */
export interface TypedAttribute {
  readonly name: string
  readonly type: AttributeType
  readonly value: unknown
}

/** The attributes of a node in the order of the list, each with its type. */
export function attributesOf(node: Node): TypedAttribute[] {
  const values = node.attributes as Readonly<Record<string, unknown>>
  return Object.entries(attributeTypes[node.op]).map(([name, type]) => ({
    name,
    type: type as AttributeType,
    value: values[name],
  }))
}
