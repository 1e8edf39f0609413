import { add } from '../graph/elementwise.ts'
import { matmul } from '../graph/matmul.ts'
import type { Parameter, Tensor } from '../graph/tensor.ts'
import { uniformFor } from './initialize.ts'
import type { ParameterScope } from './parameter-scope.ts'

/** y = x Wᵀ + b, as PyTorch stores it. */
export interface Linear {
  /** [outputSize, inputSize] */
  readonly weight: Parameter
  /** [outputSize] */
  readonly bias: Parameter | undefined
  /** [..., inputSize] → [..., outputSize]. */
  apply(x: Tensor<'float'>): Tensor<'float'>
}

/** A linear layer; weight and bias start uniform in ±1/√inputSize, as in PyTorch. */
export function linear(
  scope: ParameterScope,
  inputSize: number,
  outputSize: number,
  { bias = true }: { readonly bias?: boolean } = {},
): Linear {
  const weight = scope.declare('weight', [outputSize, inputSize], uniformFor(inputSize))
  const offset = bias ? scope.declare('bias', [outputSize], uniformFor(inputSize)) : undefined
  return {
    weight,
    bias: offset,
    apply(x) {
      const product = matmul(x, weight, { transposeB: true })
      return offset ? add(product, offset) : product
    },
  }
}
