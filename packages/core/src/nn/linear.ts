import { add } from '../graph/elementwise.ts'
import { matmul } from '../graph/matmul.ts'
import type { Parameter, Tensor } from '../graph/tensor.ts'
import { uniformFor, xavierFor } from './initialize.ts'
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

/** Whether there is a bias. */
export interface LinearOptions {
  readonly bias?: boolean
}

/** A linear layer; weight and bias start uniform in ±1/√inputSize, as in PyTorch. */
export function linear(
  scope: ParameterScope,
  inputSize: number,
  outputSize: number,
  { bias = true }: LinearOptions = {},
): Linear {
  const start = uniformFor(inputSize)
  const weight = scope.declare('weight', [outputSize, inputSize], start)
  return affine(weight, bias ? scope.declare('bias', [outputSize], start) : undefined)
}

/** A linear layer as Transformers start it: weight uniform in ±√(6 / (inputSize + outputSize)), bias 0. */
export function projection(
  scope: ParameterScope,
  inputSize: number,
  outputSize: number,
  { bias = true }: LinearOptions = {},
): Linear {
  const weight = scope.declare('weight', [outputSize, inputSize], xavierFor(inputSize, outputSize))
  return affine(weight, bias ? scope.declare('bias', [outputSize], { type: 'zeros' }) : undefined)
}

/** x Wᵀ + b of weights that are declared already: a tied output layer reads an embedding's. */
export function affine(weight: Parameter, bias: Parameter | undefined): Linear {
  return {
    weight,
    bias,
    apply(x) {
      const product = matmul(x, weight, { transposeB: true })
      return bias ? add(product, bias) : product
    },
  }
}
