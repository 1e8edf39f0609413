import type { Kind } from '@dragoman/core/backend'
import { countOf } from '../device.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import { around, type IndexingName } from './indexing.ts'
import type { KernelsOf } from './kernel.ts'
import { range, sumsOfElements, sumsOfRows } from './ordered-sums.ts'

/** Indices made safe: those outside are 0, and false in `isInside`. */
interface SafeIds {
  readonly ids: TfTensor
  readonly isInside: TfTensor
}

function safeIds(ops: Ops, ids: TfTensor, size: number): SafeIds {
  const zero = ops.scalar(0, 'int')
  const isBelow = ops.binary('Less', ids, ops.scalar(size, 'int'))
  const isInside = ops.binary('LogicalAnd', ops.binary('GreaterEqual', ids, zero), isBelow)
  return { ids: ops.where(isInside, ids, zero, ids.shape), isInside }
}

/** For bools, work on them as ints: kernels that move elements by index are not made for bools everywhere. */
function asInts(ops: Ops, x: TfTensor, work: (x: TfTensor) => TfTensor): TfTensor {
  if (x.dtype !== 'bool') return work(x)
  return ops.binary('NotEqual', work(ops.cast(x, 'int')), ops.scalar(0, 'int'))
}

/**
 * Indexing where tensors lie in the memory of a GPU: positions are computed there too, as reading them would wait
 * for all work before. An index outside its axis reads 0, and what is scattered there is lost.
 */
export function deviceIndexing(ops: Ops): KernelsOf<IndexingName> {
  const int = (value: number) => ops.scalar(value, 'int')
  /** x [outer, size, inner] at some entries of its middle axis. */
  const entries = (x: TfTensor, indices: TfTensor): TfTensor =>
    ops.device.launch('GatherV2', { x, indices }, { axis: 1, batchDims: 0 })
  const zeroOf = (x: TfTensor) => ops.scalar(0, x.dtype === 'int32' ? 'int' : 'float')
  const kept = (isInside: TfTensor, x: TfTensor): TfTensor => ops.where(isInside, x, zeroOf(x), x.shape)
  const scatter = (updates: TfTensor, rows: TfTensor, count: number): TfTensor => {
    const indices = ops.reshape(rows, [countOf(rows.shape), 1])
    return ops.device.launch('ScatterNd', { updates, indices }, { shape: [count, updates.shape[1]!] })
  }
  /** Whether ScatterNd would add in an order of its own; ints wrap alike in any order. */
  const mayShuffle = (kind: Kind): boolean => kind === 'float' && !ops.traits.addsInOrder
  /** Where each id points in an array that has `size` entries along the middle axis, for ids [outer, n, inner]. */
  const points = (ids: TfTensor, size: number): TfTensor => {
    const [outer, , inner] = ids.shape as [number, number, number]
    const starts = ops.reshape(range(ops, outer, size * inner), [outer, 1, 1])
    const within = ops.reshape(range(ops, inner), [1, 1, inner])
    return ops.add(ops.add(ops.mul(ids, int(inner)), within), starts)
  }
  const clampedStart = (start: TfTensor, whole: number, window: number): TfTensor =>
    ops.binary('Maximum', int(0), ops.binary('Minimum', start, int(whole - window)))
  const threeAxes = (x: TfTensor, axis: number): TfTensor => {
    const { outer, inner } = around(x.shape, axis)
    return ops.reshape(x, [outer, x.shape[axis]!, inner])
  }
  return {
    gather: ([table, ids], { axis }) =>
      asInts(ops, table!.handle, (handle) => {
        const flat = ops.reshape(ids!.handle, [countOf(ids!.shape)])
        const safe = safeIds(ops, flat, table!.shape[axis]!)
        const found = entries(threeAxes(handle, axis), safe.ids)
        return kept(ops.reshape(safe.isInside, [1, flat.shape[0]!, 1]), found)
      }),
    scatterAdd: ([ids, updates], { axis, size }, { kind, shape }) => {
      const { outer, inner } = around(updates!.shape, axis, ids!.shape.length)
      const count = countOf(ids!.shape)
      if (outer * count * inner === 0) return ops.fill(shape, 0, kind)
      const safe = safeIds(ops, ops.reshape(ids!.handle, [1, count]), size)
      const rows = ops.add(safe.ids, ops.reshape(range(ops, outer, size), [outer, 1]))
      const isInside = ops.reshape(safe.isInside, [1, count, 1])
      const given = kept(isInside, ops.reshape(updates!.handle, [outer, count, inner]))
      const added = (x: TfTensor) => scatter(ops.reshape(x, [outer * count, inner]), rows, outer * size)
      return mayShuffle(kind) ? sumsOfRows(ops, ids!.handle, given, size, added) : added(given)
    },
    gatherAlong: ([x, ids], { axis }) =>
      asInts(ops, x!.handle, (handle) => {
        const safe = safeIds(ops, threeAxes(ids!.handle, axis), x!.shape[axis]!)
        const at = points(safe.ids, x!.shape[axis]!)
        const found = entries(
          ops.reshape(handle, [1, countOf(handle.shape), 1]),
          ops.reshape(at, [countOf(at.shape)]),
        )
        return kept(safe.isInside, ops.reshape(found, at.shape))
      }),
    scatterAlong: ([ids, updates], { axis, size }, { kind, shape }) => {
      const count = countOf(ids!.shape)
      if (count === 0) return ops.fill(shape, 0, kind)
      if (mayShuffle(kind) && ids!.shape[axis]! > 1) {
        return sumsOfElements(ops, threeAxes(ids!.handle, axis), threeAxes(updates!.handle, axis), size)
      }
      const safe = safeIds(ops, threeAxes(ids!.handle, axis), size)
      const given = kept(safe.isInside, threeAxes(updates!.handle, axis))
      return scatter(ops.reshape(given, [count, 1]), points(safe.ids, size), countOf(shape))
    },
    dynamicSlice: ([x, start], { axis, size }) =>
      asInts(ops, x!.handle, (handle) => {
        const first = clampedStart(start!.handle, x!.shape[axis]!, size)
        return entries(threeAxes(handle, axis), ops.add(range(ops, size), first))
      }),
    dynamicUpdate: ([x, update, start], { axis }, { shape }) => {
      const [whole, size] = [shape[axis]!, update!.shape[axis]!]
      if (countOf(update!.shape) === 0) return x!.handle
      const first = clampedStart(start!.handle, whole, size)
      const safe = safeIds(ops, ops.sub(range(ops, whole), first), size)
      const isInside = ops.reshape(safe.isInside, [1, whole, 1])
      // The moved update as wide as x; what is outside the window does not matter.
      const moved = (x: TfTensor) => entries(threeAxes(x, axis), safe.ids)
      if (x!.kind !== 'bool') {
        const old = threeAxes(x!.handle, axis)
        return ops.where(isInside, moved(update!.handle), old, old.shape)
      }
      const old = threeAxes(ops.cast(x!.handle, 'int'), axis)
      const chosen = ops.where(isInside, moved(ops.cast(update!.handle, 'int')), old, old.shape)
      return ops.binary('NotEqual', chosen, int(0))
    },
  }
}
