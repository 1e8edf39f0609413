import type { Gap } from '@dragoman/conformance'
import type { Limit } from './columns.ts'

const floatInts =
  'TensorFlow.js keeps ints as 32-bit floats on WebGL and computes with them as such on WebGPU: exact up to 2^24'

/** Ints that the backend refuses to upload. */
export const gpuIntGaps: readonly Gap[] = [
  'ops/neg at the edges of int32',
  'ops/abs at the edges of int32',
  'ops/sign at the edges of int32',
  'ops/add of ints that wrap',
  'ops/sub of ints that wrap',
  'ops/mul of ints that wrap',
  'ops/div of ints at the edges of int32',
].map((id) => ({ case: id, reason: floatInts }))

/** A case that looks at the error itself. */
export const gpuIntLimit: Limit = {
  reason: floatInts,
  says: 'cannot hold 2147483647',
  cases: ['errors/an index outside its axis is an error or reads 0'],
}

/** The largest int, made on the GPU. */
export const webgpuIntLimit: Limit = {
  reason: floatInts,
  says: 'got       2147483520',
  cases: [
    'ops/cast of NaN, infinities and large floats to int',
    'ops/reduceMin of int [2,0,3] over 1',
    'ops/reduceMin of int [2,0,3] over 1, kept',
  ],
}

/** What is left of NaN in kernels that hold several functions, on SwiftShader. */
export const webgpuNaNLimit: Limit = {
  reason: 'exp and pow of SwiftShader give numbers where NaN is due, which WGSL allows',
  says: 'MismatchError',
  cases: [
    'ops/pow of NaN and infinities',
    'composites/softmax of NaN and infinities',
    'composites/fused = body: attention of a query with NaN',
    'composites/fused = body: attention of a query with Infinity',
  ],
}

const empty = "onnxruntime-web's kernels for WebGPU do not take arrays without elements"

const keptOrNot = ['', ', kept']

/** Arrays without elements, by what each kernel says of them. */
export const emptyLimits: readonly Limit[] = [
  {
    reason: empty,
    says: 'Input tensor cannot be null or empty',
    cases: [
      ...['reduceMax', 'reduceMin'].flatMap((op) =>
        ['float', 'int'].flatMap((kind) =>
          [0, 1].flatMap((axis) => keptOrNot.map((end) => `ops/${op} of ${kind} [2,0,3] over ${axis}${end}`)),
        ),
      ),
      ...['reduceMax', 'reduceMin', 'argMax'].map((op) => `ops/${op} with sizes by name, run after run`),
      'ops/argMax of nothing along an axis of 3',
      'composites/softmax of [0,4]',
      'composites/logSoftmax of [0,4]',
    ],
  },
  { reason: empty, says: 'createBindGroup', cases: ['ops/matmul of [3,0] and [0,2]'] },
  {
    reason: empty,
    says: 'divide by zero',
    cases: ['composites/attention of no key', 'composites/attention of no key, causal'],
  },
  {
    reason: empty,
    says: 'Invalid dispatch group size',
    cases: ['composites/attention of no query', 'composites/attention of no query, causal'],
  },
]
