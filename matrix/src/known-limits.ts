import type { Gap } from '@dragoman/conformance'
import type { Limit } from './columns.ts'

const floatInts =
  'TensorFlow.js keeps ints as 32-bit floats on WebGL and computes with them as such on WebGPU: exact up to 2^24, and larger ones are refused'

const keptOrNot = ['', ', kept']

/** Ints that the backend refuses to upload, or to read where a kernel made them. */
export const gpuIntGaps: readonly Gap[] = [
  'ops/neg at the edges of int32',
  'ops/abs at the edges of int32',
  'ops/sign at the edges of int32',
  'ops/add of ints that wrap',
  'ops/sub of ints that wrap',
  'ops/mul of ints that wrap',
  'ops/div of ints at the edges of int32',
  'ops/cast of NaN, infinities and large floats to int',
  // The largest of no int is the smallest that there is.
  ...['reduceMax', 'reduceMin'].flatMap((op) =>
    keptOrNot.map((end) => `ops/${op} of int [2,0,3] over 1${end}`),
  ),
].map((id) => ({ case: id, reason: floatInts }))

const empty = "onnxruntime-web's kernels for WebGPU do not take arrays without elements"

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
      ...['crossEntropy', 'crossEntropyGrad'].flatMap((op) =>
        [0, 0.1].map((smoothing) => `composites/${op} of nothing with smoothing ${smoothing}`),
      ),
      ...['key', 'query'].flatMap((none) =>
        ['', ', causal'].map((end) => `composites/attention of no ${none}${end}`),
      ),
    ],
  },
  {
    reason: empty,
    says: 'createBindGroup',
    cases: [
      'ops/matmul of [3,0] and [0,2]',
      ...['[2,3,inner]', '[2,inner,3]'].flatMap((left) =>
        ['[2,inner,4]', '[2,4,inner]'].map(
          (right) => `ops/matmul of batches ${left} and ${right}, of no terms after some`,
        ),
      ),
    ],
  },
]
