import type { EagerName } from '@dragoman/core/backend'

/** What nearly every op uses beside its own kernels. */
const common = ['Cast', 'Fill', 'Reshape'] as const
const select = ['Select', 'IsNan'] as const
const indices = ['Add', 'Less', 'GreaterEqual', 'LogicalAnd', 'Select'] as const

/**
 * The kernels of TensorFlow.js without which an op does not run. Backends lack different ones, so a graph is refused
 * when it is compiled, and never in a run.
 */
export const neededKernels: { readonly [O in EagerName]: readonly string[] } = {
  constant: [],
  iota: [],
  reshape: common,
  transpose: ['Transpose'],
  broadcast: ['Multiply', 'Add', ...common],
  slice: ['Slice'],
  pad: ['PadV2'],
  concat: ['Concat'],
  flip: ['Reverse'],
  neg: ['Neg', 'Sub'],
  abs: ['Abs', 'Maximum', 'Sub'],
  sign: ['Sign', 'Greater', 'Less', 'Sub', ...select],
  floor: ['Floor'],
  exp: ['Exp'],
  log: ['Log'],
  sqrt: ['Sqrt'],
  tanh: ['Tanh'],
  sigmoid: ['Sigmoid'],
  erf: ['Erf'],
  sin: ['Sin'],
  cos: ['Cos'],
  not: ['LogicalNot'],
  cast: ['NotEqual', 'ClipByValue', 'GreaterEqual', ...common, ...select],
  add: ['Add'],
  sub: ['Sub'],
  mul: ['Multiply'],
  div: ['RealDiv', 'Equal', 'LogicalOr', 'Select'],
  pow: ['Pow', 'Equal', 'Abs', 'Select'],
  max: ['Maximum', ...select],
  min: ['Minimum', ...select],
  equal: ['Equal'],
  less: ['Less'],
  lessEqual: ['LessEqual'],
  and: ['LogicalAnd'],
  or: ['LogicalOr'],
  select: ['Select', 'Multiply', ...common],
  gather: indices,
  scatterAdd: ['ScatterNd', 'BatchMatMul', 'Equal', 'Abs', 'LogicalOr', 'LogicalNot', ...indices],
  gatherAlong: indices,
  scatterAlong: ['ScatterNd', 'Equal', 'Sum', ...indices],
  dynamicSlice: ['Slice', 'Maximum', 'Minimum', ...indices],
  dynamicUpdate: ['Slice', 'Concat', 'Maximum', 'Minimum', ...indices],
  reduceSum: ['Sum'],
  reduceMax: ['Max', ...select],
  reduceMin: ['Min', 'Max', ...select],
  argMax: ['ArgMax', 'Max', ...select],
  matmul: ['BatchMatMul'],
}
