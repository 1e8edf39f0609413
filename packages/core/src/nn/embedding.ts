import { gather } from '../graph/indexing.ts'
import type { Parameter, Tensor } from '../graph/tensor.ts'
import type { ParameterScope } from './parameter-scope.ts'

/** A table of vectors, one for each token. */
export interface Embedding {
  /** [vocabularySize, size] */
  readonly weight: Parameter
  /** int [...] → [..., size]. */
  apply(ids: Tensor<'int'>): Tensor<'float'>
}

/** An embedding; it starts normal with the given deviation (1 in PyTorch, and here). */
export function embedding(
  scope: ParameterScope,
  vocabularySize: number,
  size: number,
  deviation = 1,
): Embedding {
  const weight = scope.declare('weight', [vocabularySize, size], { type: 'normal', deviation })
  return { weight, apply: (ids) => gather<'float'>(weight, ids, 0) }
}
