import type { Kind } from '@dragoman/core/backend'
import { dtypes } from '../device.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'

const smallest = -(2 ** 31)
const largest = 2 ** 31 - 1
/** The largest float32 below 2^31. */
const largestBelow = 2 ** 31 - 128

/** x as another kind: float → int truncates, saturates and makes NaN 0; anything → bool is `≠ 0`. */
export function castTo(ops: Ops, x: TfTensor, kind: Kind): TfTensor {
  if (x.dtype === dtypes[kind]) return x
  if (kind === 'bool') return ops.binary('NotEqual', x, ops.scalar(0, x.dtype === 'int32' ? 'int' : 'float'))
  if (kind === 'int' && x.dtype === 'float32') return truncate(ops, x)
  return ops.cast(x, kind)
}

/** Cast itself wraps what an int cannot hold. */
function truncate(ops: Ops, x: TfTensor): TfTensor {
  const number = ops.where(ops.isNaN(x), ops.scalar(0), x, x.shape)
  const limits = { clipValueMin: smallest, clipValueMax: largestBelow }
  const inside = ops.unary('ClipByValue', number, limits)
  const isLarge = ops.binary('GreaterEqual', number, ops.scalar(2 ** 31))
  return ops.where(isLarge, ops.scalar(largest, 'int'), ops.cast(inside, 'int'), x.shape)
}
