import type { Operand, Tensor } from './tensor.ts'
import { toTensor, traceOf } from './trace.ts'

/** Whether an operand is stored with its last two axes swapped. */
export interface MatmulOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

/**
 * Matrix product over the last two axes; the axes before them broadcast as in NumPy.
 *
 * @param left  [..., M, K], or [..., K, M] with `transposeA`.
 * @param right [..., K, N], or [..., N, K] with `transposeB`.
 * @returns [..., M, N].
 * @throws ShapeError when the inner sizes differ.
 */
export function matmul(
  left: Operand<'float'>,
  right: Operand<'float'>,
  { transposeA = false, transposeB = false }: MatmulOptions = {},
): Tensor<'float'> {
  const trace = traceOf([left, right])
  const inputs = [toTensor(trace, left, 'float'), toTensor(trace, right, 'float')]
  return trace.emit('matmul', inputs, { transposeA, transposeB })[0] as Tensor<'float'>
}
