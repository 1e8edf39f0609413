import type { Attributes } from '@dragoman/core/backend'
import type { Builder, ResultType } from './builder.ts'
import { broadcasting, where, whereNaN } from './elementwise.ts'
import type { Emitter, Emitters } from './emitter.ts'
import type { Value } from './value.ts'

/** An operator that reduces the given axes; x itself where there are none. */
export function reduction(
  b: Builder,
  op: string,
  x: Value,
  { axes, keepDims }: { readonly axes: readonly number[]; readonly keepDims: boolean },
  result: ResultType,
): Value {
  if (axes.length === 0) return x
  const attributes = { keepdims: { int: keepDims ? 1 : 0 } }
  return b.node(op, [x, b.numbers(axes)], result, { attributes })
}

function indexOfLargest(b: Builder, x: Value, axis: number, result: ResultType): Value {
  const attributes = { axis: { int: axis }, keepdims: { int: 0 } }
  return b.cast(b.node('ArgMax', [x], { type: 'int64', shape: result.shape }, { attributes }), result.type)
}

function anyNaN(
  b: Builder,
  hits: Value,
  axes: readonly number[],
  result: ResultType,
  keepDims: boolean,
): Value {
  const most = reduction(b, 'ReduceMax', hits, { axes, keepDims }, { type: 'int32', shape: result.shape })
  return broadcasting(b, 'Greater', [most, b.scalar('int32', 0)], 'bool')
}

/** The operators may lose a NaN among numbers. */
function extreme(op: string): Emitter<Attributes<'reduceMax'>> {
  return (b, [x], { axes, keepDims }, [result]) => {
    const found = reduction(b, op, x!, { axes, keepDims }, result!)
    if (x!.type !== 'float' || axes.length === 0) return found
    const hasNaN = anyNaN(b, b.cast(whereNaN(b, x!), 'int32'), axes, result!, keepDims)
    return where(b, hasNaN, b.scalar('float', Number.NaN), found)
  }
}

const argMax: Emitter<Attributes<'argMax'>> = (b, [x], { axis }, [result]) => {
  const largest = indexOfLargest(b, x!, axis, result!)
  if (x!.type !== 'float') return largest
  const hits = b.cast(whereNaN(b, x!), 'int32')
  return where(b, anyNaN(b, hits, [axis], result!, false), indexOfLargest(b, hits, axis, result!), largest)
}

/** Of int32 the operator saturates, of int64 the low half wraps as it should. */
const reduceSum: Emitter<Attributes<'reduceSum'>> = (b, [x], attributes, [result]) => {
  if (x!.type === 'float') return reduction(b, 'ReduceSum', x!, attributes, result!)
  const type = { type: 'int64', shape: result!.shape } as const
  return b.cast(reduction(b, 'ReduceSum', b.cast(x!, 'int64'), attributes, type), 'int32')
}

/** Ops that take one element from many. */
export const reduce: Emitters<'reduceSum' | 'reduceMax' | 'reduceMin' | 'argMax'> = {
  reduceSum,
  reduceMax: extreme('ReduceMax'),
  reduceMin: extreme('ReduceMin'),
  argMax,
}
