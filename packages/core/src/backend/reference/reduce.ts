import { allocate, type Elements, type Kernel, type KernelsOf, type Operand } from './elements.ts'
import { collect, offsetsOf, stridesOf } from './strided.ts'

/** x with the given axes moved to the end, so that what is reduced together lies together. */
function withLast({ handle, shape }: Operand, axes: readonly number[]): Elements {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const order = [...kept, ...axes]
  if (order.every((axis, i) => axis === i)) return handle
  const strides = stridesOf(shape)
  const offsets = offsetsOf(
    order.map((axis) => shape[axis]!),
    order.map((axis) => strides[axis]!),
  )
  return collect(handle, offsets)
}

function sizeAlong({ shape }: Operand, axes: readonly number[]): number {
  return axes.reduce((product, axis) => product * shape[axis]!, 1)
}

type Fold = (total: number, x: number) => number

/** `nothing` is what a reduction of no elements gives. */
function reduction(
  fold: Fold,
  nothing: { readonly float: number; readonly int: number },
  intFold: Fold = fold,
): Kernel<'reduceSum'> {
  return ([x], { axes }, output) => {
    const rows = withLast(x!, axes)
    const size = sizeAlong(x!, axes)
    const [start, step] = x!.kind === 'float' ? [nothing.float, fold] : [nothing.int, intFold]
    const result = allocate(output)
    for (let row = 0; row < result.length; row++) {
      let total = start
      for (let i = 0; i < size; i++) total = step(total, rows[row * size + i]!)
      result[row] = total
    }
    return result
  }
}

const argMax: Kernel<'argMax'> = ([x], { axis }, output) => {
  const rows = withLast(x!, [axis])
  const size = x!.shape[axis]!
  const result = allocate(output)
  for (let row = 0; row < result.length; row++) {
    let best = 0
    for (let i = 1; i < size; i++) {
      if (isLarger(rows[row * size + i]!, rows[row * size + best]!)) best = i
    }
    result[row] = best
  }
  return result
}

/** NaN counts as larger than any number. */
function isLarger(x: number, best: number): boolean {
  return x > best || (Number.isNaN(x) && !Number.isNaN(best))
}

/** Kernels that take one number from many. An int sum wraps at 32 bits. */
export const reduce: KernelsOf<'reduceSum' | 'reduceMax' | 'reduceMin' | 'argMax'> = {
  reduceSum: reduction(
    (total, x) => total + x,
    { float: 0, int: 0 },
    (total, x) => (total + x) | 0,
  ),
  reduceMax: reduction(Math.max, { float: Number.NEGATIVE_INFINITY, int: -(2 ** 31) }),
  reduceMin: reduction(Math.min, { float: Number.POSITIVE_INFINITY, int: 2 ** 31 - 1 }),
  argMax,
}
