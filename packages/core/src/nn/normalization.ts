import { layerNorm } from '../graph/composites/layer-norm.ts'
import { rmsNorm } from '../graph/composites/rms-norm.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { ParameterScope } from './parameter-scope.ts'

/** LayerNorm (Ba et al. 2016, arXiv:1607.06450) or RMSNorm (Zhang and Sennrich 2019, arXiv:1910.07467). */
export type NormType = 'layer' | 'rms'

/** Brings each row [..., size] to one scale. */
export interface Normalization {
  apply(x: Tensor<'float'>): Tensor<'float'>
}

/** A normalization over the last axis; as in PyTorch a `weight` of ones, a `bias` of zeros (LayerNorm). */
export function normalization(scope: ParameterScope, type: NormType, size: number): Normalization {
  const weight = scope.declare('weight', [size], { type: 'ones' })
  if (type === 'rms') return { apply: (x) => rmsNorm(x, weight) }
  const bias = scope.declare('bias', [size], { type: 'zeros' })
  return { apply: (x) => layerNorm(x, weight, bias) }
}
