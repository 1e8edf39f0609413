import type { BoundType } from '@dragoman/core/backend'
import { countOf } from '../device.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import type { Operand } from './kernel.ts'

/** Entry `index` of x along axis 0, without that axis. */
export function entryOf(ops: Ops, { handle, kind, shape }: Operand, index: number): TfTensor {
  const rest = shape.slice(1)
  return countOf(rest) === 0 ? ops.device.tensor([], rest, kind) : ops.entry(handle, index)
}

/** Parts of one shape one after another along a new axis 0. */
export function stacked(ops: Ops, parts: readonly Operand[], { kind, shape }: BoundType): TfTensor {
  if (countOf(shape) === 0) return ops.device.tensor([], shape, kind)
  const [first] = parts
  if (parts.length === 1) return ops.share(first!.handle, shape)
  const isScalar = first!.shape.length === 0
  const rows = parts.map(({ handle }) => (isScalar ? ops.reshape(handle, [1]) : handle))
  return ops.reshape(ops.concat(rows, 0), shape)
}
