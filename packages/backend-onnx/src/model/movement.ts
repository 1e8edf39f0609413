import type { Attributes, Dim, Shape } from '@dragoman/core/backend'
import { addDims, sameShape, subDims } from '@dragoman/core/backend'
import type { Builder, ResultType } from './builder.ts'
import type { Emitter, Emitters } from './emitter.ts'
import { bytesOf, typeOf } from './literals.ts'
import type { Scope, Value } from './value.ts'

/** Beyond any axis, for the end of a slice. */
const beyond = 2 ** 31 - 1

const constant: Emitter<Attributes<'constant'>> = (b, _, { kind, shape, data }) =>
  b.constant(typeOf[kind], shape, data)

/** Longest range that is written as a literal. */
const literalRange = 1024

/** 0, 1, … as int32. */
export function range(b: Builder, length: Dim): Value {
  const known = b.number(length)
  if (known !== undefined && known <= literalRange) {
    return b.constant(
      'int32',
      [known],
      Array.from({ length: known }, (_, i) => i),
    )
  }
  const bounds = [b.scalar('int32', 0), b.size(length), b.scalar('int32', 1)]
  return b.node('Range', bounds, { type: 'int32', shape: [length] })
}

const iota: Emitter<Attributes<'iota'>> = (b, _, { shape, axis }) => {
  const ones = shape.slice(axis + 1).map(() => 1)
  return b.spread(reshape(b, range(b, shape[axis]!), [shape[axis]!, ...ones]), shape)
}

/**
 * x under another shape, whose sizes are written as literals where they can be: 0 keeps the size of the
 * same axis, and one size may be left to be found, -1, where no other is 0.
 */
export function reshape(b: Builder, x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x
  const compact = x.compact?.shape.length === 0 ? x.compact : undefined
  if (compact) return b.spread(compact, shape)
  const result: ResultType = { type: x.type, shape }
  const numbers = shape.map((dim) => b.number(dim))
  const unknown = numbers.filter((size) => size === undefined).length
  if (!numbers.includes(0) || unknown === 0) {
    const kept = numbers.map((size, axis) => size ?? (x.shape[axis] === shape[axis] ? 0 : -1))
    const found = kept.filter((size) => size === -1).length
    if (unknown === 0) {
      const attributes = { allowzero: { int: numbers.includes(0) ? 1 : 0 } }
      return b.node('Reshape', [x, b.numbers(numbers as number[])], result, { attributes })
    }
    if (found === 0) return b.node('Reshape', [x, b.numbers(kept)], result)
    if (unknown === 1) return b.node('Reshape', [x, b.numbers(numbers.map((size) => size ?? -1))], result)
  }
  return b.node('Reshape', [x, b.shape(shape)], result, { attributes: { allowzero: { int: 1 } } })
}

/** Output axis i is input axis permutation[i]. */
export function transpose(b: Builder, x: Value, permutation: readonly number[]): Value {
  const shape = permutation.map((axis) => x.shape[axis]!)
  if (permutation.every((axis, i) => axis === i)) return x
  const attributes = { perm: { ints: permutation } }
  return b.node('Transpose', [x], { type: x.type, shape }, { attributes })
}

/** Where a slice ends along an axis: counted from the end, where that does not depend on the run. */
function sliceEnd(start: Dim, size: Dim, whole: Dim): Dim {
  const rest = subDims(addDims(start, size), whole)
  if (rest === 0) return beyond
  return typeof rest === 'number' && rest < 0 && typeof whole === 'string' ? rest : addDims(start, size)
}

/** `sizes` entries from `starts` on along each axis. */
export function slice(b: Builder, x: Value, starts: Shape, sizes: Shape): Value {
  const axes = sizes.flatMap((size, axis) => (size === x.shape[axis] ? [] : [axis]))
  if (axes.length === 0) return x
  const ends = axes.map((axis) => sliceEnd(starts[axis]!, sizes[axis]!, x.shape[axis]!))
  const bounds = [b.shape(axes.map((axis) => starts[axis]!)), b.shape(ends), b.numbers(axes)]
  return b.node('Slice', [x, ...bounds], { type: x.type, shape: sizes })
}

const pad: Emitter<Attributes<'pad'>> = (b, [x], { low, high, value }, [result]) =>
  b.node('Pad', [x!, b.shape([...low, ...high]), b.scalar(x!.type, value)], result!)

const flip: Emitter<Attributes<'flip'>> = (b, [x], attributes, [result]) => {
  const axes = [...new Set(attributes.axes)]
  if (axes.length === 0) return x!
  const every = (entry: number) => b.numbers(axes.map(() => entry))
  return b.node('Slice', [x!, every(-1), every(-beyond), b.numbers(axes), every(-1)], result!)
}

/** Parts one after another along an axis. */
export function concat(b: Builder, parts: readonly Value[], axis: number, result: ResultType): Value {
  return b.node('Concat', parts, result, { attributes: { axis: { int: axis } } })
}

/** Zeros of a shape, which may be known in the run alone; in `scope`, where one is given. */
export function zeros(b: Builder, result: ResultType, scope?: Scope): Value {
  const tensor = { type: result.type, dims: [1], data: bytesOf(result.type, [0]) }
  const parts = { attributes: { value: { tensor } }, ...(scope && { scope }) }
  return b.node('ConstantOfShape', [b.shape(result.shape)], result, parts)
}

/** Ops that make or move elements. */
export const movement: Emitters<
  'constant' | 'iota' | 'size' | 'reshape' | 'transpose' | 'broadcast' | 'slice' | 'pad' | 'concat' | 'flip'
> = {
  constant,
  iota,
  size: (b, _, { dim }) => b.size(dim),
  reshape: (b, [x], { shape }) => reshape(b, x!, shape),
  transpose: (b, [x], { permutation }) => transpose(b, x!, permutation),
  broadcast: (b, [x], { shape }) => b.spread(x!, shape),
  slice: (b, [x], { starts, sizes }) => slice(b, x!, starts, sizes),
  pad,
  concat: (b, parts, { axis }, [result]) => concat(b, parts, axis, result!),
  flip,
}
