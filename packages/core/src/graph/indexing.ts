import type { Dim } from './dims.ts'
import { canonicalDim } from './dims.ts'
import { equal, select } from './elementwise.ts'
import type { Kind } from './graph.ts'
import { expandDims, full, iota } from './movement.ts'
import type { Operand, Tensor } from './tensor.ts'
import { toTensor, traceOf } from './trace.ts'

/** Rows of a table: table[:axis] + ids.shape + table[axis+1:]. An id outside the axis is an error or reads 0. */
export function gather<K extends Kind>(table: Operand<K>, ids: Tensor<'int'>, axis = 0): Tensor<K> {
  const trace = traceOf([table, ids])
  const rows = toTensor(trace, table, 'float' as K)
  return trace.emit('gather', [rows, ids], { axis: rows.axis(axis) })[0] as Tensor<K>
}

/** The transpose of gather: `updates` added into zeros with `size` entries along `axis`. */
export function scatterAdd<K extends 'float' | 'int'>(
  ids: Tensor<'int'>,
  updates: Tensor<K>,
  axis: number,
  size: Dim,
): Tensor<K> {
  // The axis is one of the result, where it stands for all axes of the ids.
  const at = axis < 0 ? axis + updates.rank - ids.rank + 1 : axis
  const attributes = { axis: at, size: canonicalDim(size) }
  return traceOf([ids, updates]).emit('scatterAdd', [ids, updates], attributes)[0] as Tensor<K>
}

/** For each id one element of x along `axis`; ids are shaped like x but for that axis. */
export function gatherAlong<K extends Kind>(x: Tensor<K>, ids: Tensor<'int'>, axis: number): Tensor<K> {
  return traceOf([x, ids]).emit('gatherAlong', [x, ids], { axis: x.axis(axis) })[0] as Tensor<K>
}

/** The transpose of gatherAlong. */
export function scatterAlong<K extends 'float' | 'int'>(
  ids: Tensor<'int'>,
  updates: Tensor<K>,
  axis: number,
  size: Dim,
): Tensor<K> {
  const attributes = { axis: updates.axis(axis), size: canonicalDim(size) }
  return traceOf([ids, updates]).emit('scatterAlong', [ids, updates], attributes)[0] as Tensor<K>
}

/** `size` entries of an axis from a start that is known only in the run; the start is clamped to fit. */
export function dynamicSlice<K extends Kind>(
  x: Tensor<K>,
  start: Operand<'int'>,
  axis: number,
  size: Dim,
): Tensor<K> {
  const trace = traceOf([x, start])
  const inputs = [x, toTensor(trace, start, 'int')]
  const attributes = { axis: x.axis(axis), size: canonicalDim(size) }
  return trace.emit('dynamicSlice', inputs, attributes)[0] as Tensor<K>
}

/** x with the window that begins at `start` replaced by `update`; the start is clamped to fit. */
export function dynamicUpdate<K extends Kind>(
  x: Tensor<K>,
  update: Tensor<K>,
  start: Operand<'int'>,
  axis: number,
): Tensor<K> {
  const trace = traceOf([x, update, start])
  const inputs = [x, update, toTensor(trace, start, 'int')]
  return trace.emit('dynamicUpdate', inputs, { axis: x.axis(axis) })[0] as Tensor<K>
}

/** float [...ids.shape, count]: 1 at each id, else 0; an id outside gives a row of zeros. */
export function oneHot(ids: Tensor<'int'>, count: number): Tensor<'float'> {
  const hit = equal(expandDims(ids, -1), iota(ids, [count]))
  return select(hit, full(ids, 'float', [], 1), 0)
}
