import { countOf } from '../device.ts'
import type { Ops } from '../ops.ts'
import { deviceIndexing } from './device-indexing.ts'
import { hostIndexing } from './host-indexing.ts'
import type { KernelsOf } from './kernel.ts'

export type IndexingName =
  | 'gather'
  | 'scatterAdd'
  | 'gatherAlong'
  | 'scatterAlong'
  | 'dynamicSlice'
  | 'dynamicUpdate'

/** A shape seen from one axis, or from several neighbours: the sizes before and behind. */
export function around(
  shape: readonly number[],
  axis: number,
  axes = 1,
): { readonly outer: number; readonly inner: number } {
  return { outer: countOf(shape.slice(0, axis)), inner: countOf(shape.slice(axis + axes)) }
}

/** Kernels that look up or write elements at indices that are data. */
export function indexing(ops: Ops): KernelsOf<IndexingName> {
  return ops.traits.hostMemory ? hostIndexing(ops) : deviceIndexing(ops)
}
