import type { Dim } from '../graph/dims.ts'
import { addDims } from '../graph/dims.ts'
import { add } from '../graph/elementwise.ts'
import { matmul } from '../graph/matmul.ts'
import { asTensor, concat, pad, reshape, slice, transpose } from '../graph/movement.ts'
import type { Tensor } from '../graph/tensor.ts'
import { uniformFor } from './initialize.ts'
import type { ParameterScope } from './parameter-scope.ts'

type F = Tensor<'float'>

/** What a convolution is made of. */
export interface ConvolutionOptions {
  readonly inputSize: number
  readonly outputSize: number
  /** Entries that one output sees; odd. */
  readonly kernel: number
  /** Entries from one output to the next. */
  readonly stride: number
}

/** A convolution over the time axis. */
export interface Convolution {
  /** [B, stride · M, inputSize] → [B, M, outputSize], for the given M. */
  apply(x: F, outputs: Dim): F
}

/**
 * A strided 1-D convolution with (kernel − 1) / 2 zeros before the first entry, as PyTorch's
 * `Conv1d(inputSize, outputSize, kernel, stride, padding=(kernel - 1) // 2)` with its `weight`
 * [outputSize, inputSize, kernel] and `bias`; time stands before the features here.
 *
 * The entries that an output sees are laid side by side, so that it is one matrix product.
 */
export function convolution(scope: ParameterScope, options: ConvolutionOptions): Convolution {
  const { inputSize, outputSize, kernel } = options
  const start = uniformFor(inputSize * kernel)
  const weight = scope.declare('weight', [outputSize, inputSize, kernel], start)
  const bias = scope.declare('bias', [outputSize], start)
  return {
    apply(x, outputs) {
      const windows = unfold(x, options, outputs)
      const byTap = transpose(asTensor(x, weight, 'float'), [0, 2, 1])
      const matrix = reshape(byTap, [outputSize, kernel * inputSize])
      return add(matmul(windows, matrix, { transposeB: true }), bias)
    },
  }
}

/** [B, stride · M, F] → [B, M, kernel · F]: what each output sees. */
function unfold(x: F, { kernel, stride, inputSize }: ConvolutionOptions, outputs: Dim): F {
  const before = (kernel - 1) / 2
  // Cut into blocks of one stride; tap j of output t stands in block t + ⌊j / stride⌋.
  const extra = Math.ceil(Math.max(kernel - stride, before) / stride)
  const padded = pad(x, [0, before, 0], [0, extra * stride - before, 0])
  const B = x.size(0)
  const blocks = reshape(padded, [B, addDims(outputs, extra), stride, inputSize])
  const taps = Array.from({ length: kernel }, (_, j) => {
    const shifted = slice(blocks, 1, Math.floor(j / stride), outputs)
    return reshape(slice(shifted, 2, j % stride, 1), [B, outputs, inputSize])
  })
  return concat(taps, -1)
}
