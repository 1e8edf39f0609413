import type { Attributes, Dim, Shape } from '@dragoman/core/backend'
import type { Builder, ResultType } from './builder.ts'
import { broadcasting, where } from './elementwise.ts'
import type { Emitter, Emitters } from './emitter.ts'
import { concat, range, reshape, transpose, zeros } from './movement.ts'
import type { Value } from './value.ts'

/** No axis is this long, so an index of this value is refused. */
const outside = 2 ** 31 - 1

/** Indices in which negative ones, which the operators would count from the end, are outside instead. */
export function guarded(b: Builder, ids: Value): Value {
  const literal = (ids.compact ?? ids).literal
  if (literal?.every((id) => id >= 0)) return ids
  const isNegative = broadcasting(b, 'Less', [ids, b.scalar('int32', 0)], 'bool')
  return where(b, isNegative, b.scalar('int32', outside), ids)
}

function along(axis: number, rest: Readonly<Record<string, { readonly text: string }>> = {}) {
  return { attributes: { axis: { int: axis }, ...rest } }
}

const adding = { reduction: { text: 'add' } } as const

const gather: Emitter<Attributes<'gather'>> = (b, [table, ids], { axis }, [result]) =>
  b.node('Gather', [table!, guarded(b, ids!)], result!, along(axis))

/** Rows added by ScatterND, which wants the axis in front. */
const scatterAdd: Emitter<Attributes<'scatterAdd'>> = (b, [ids, updates], { axis, size }, [result]) => {
  const { type, shape } = updates!
  const idsRank = ids!.shape.length
  const rows = shape.map((_, i) => i).slice(axis, axis + idsRank)
  const others = shape.map((_, i) => i).filter((i) => !rows.includes(i))
  const inFront = transpose(b, updates!, [...rows, ...others])
  const indices = reshape(b, b.cast(guarded(b, ids!), 'int64'), [...ids!.shape, 1])
  const target: ResultType = { type, shape: [size, ...others.map((i) => shape[i]!)] }
  const sum = b.node('ScatterND', [zeros(b, target), indices, inFront], target, { attributes: adding })
  // The axis goes back to its place: axes 1 to `axis` of the sum come before it.
  const order = result!.shape.map((_, i) => (i < axis ? i + 1 : i === axis ? 0 : i))
  return transpose(b, sum, order)
}

const gatherAlong: Emitter<Attributes<'gatherAlong'>> = (b, [x, ids], { axis }, [result]) =>
  b.node('GatherElements', [x!, guarded(b, ids!)], result!, along(axis))

const scatterAlong: Emitter<Attributes<'scatterAlong'>> = (b, [ids, updates], { axis }, [result]) =>
  b.node('ScatterElements', [zeros(b, result!), guarded(b, ids!), updates!], result!, along(axis, adding))

/** int32 [1]: the start of a window, moved so that the window fits. */
function clampedStart(b: Builder, start: Value, whole: Value, size: Value): Value {
  const type: ResultType = { type: 'int32', shape: [] }
  const last = b.node('Sub', [whole, size], type)
  const fitting = b.node('Max', [b.node('Min', [start, last], type), b.scalar('int32', 0)], type)
  return reshape(b, fitting, [1])
}

const dynamicSlice: Emitter<Attributes<'dynamicSlice'>> = (b, [x, start], { axis, size }, [result]) => {
  const from = clampedStart(b, start!, b.size(x!.shape[axis]!), b.size(size))
  const to = b.node('Add', [from, b.size(size)], { type: 'int32', shape: [1] })
  return b.node('Slice', [x!, from, to, b.constant('int32', [1], [axis])], result!)
}

/**
 * int64 [...outer, size, axis + 1]: where each entry of a window lies. Updates of one shape at one start share it.
 */
function windowIndices(b: Builder, shape: Shape, axis: number, from: Value, size: Dim): Value {
  const places: Shape = [...shape.slice(0, axis), size, 1]
  const inWindow = broadcasting(b, 'Add', [range(b, size), from])
  const parts = [...shape.slice(0, axis).map((dim) => range(b, dim)), inWindow].map((indices, i) => {
    const own = places.map((dim, at) => (at === i ? dim : 1))
    return b.spread(reshape(b, b.cast(indices, 'int64'), own), places)
  })
  if (parts.length === 1) return parts[0]!
  return concat(b, parts, places.length - 1, { type: 'int64', shape: [...places.slice(0, -1), axis + 1] })
}

/** ScatterND writes in place where nothing else reads x. */
const dynamicUpdate: Emitter<Attributes<'dynamicUpdate'>> = (b, [x, update, start], { axis }, [result]) => {
  const { shape } = x!
  const size = update!.shape[axis]!
  const from = clampedStart(b, start!, b.size(shape[axis]!), b.size(size))
  return b.node('ScatterND', [x!, windowIndices(b, shape, axis, from, size), update!], result!)
}

/** Ops that read or write at indices that are data. */
export const indexing: Emitters<
  'gather' | 'scatterAdd' | 'gatherAlong' | 'scatterAlong' | 'dynamicSlice' | 'dynamicUpdate'
> = { gather, scatterAdd, gatherAlong, scatterAlong, dynamicSlice, dynamicUpdate }
