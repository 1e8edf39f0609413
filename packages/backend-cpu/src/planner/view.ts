import type { Frame } from './step.ts'
import type { Storage } from './storage.ts'

/** `stride` elements further with each iteration of a loop; 0 says only that the contents change with it. */
export interface Term {
  readonly loop: Frame
  readonly stride: number
}

/** Elements of a storage as a tensor: all movement of data is first a change of a view. Strides in elements. */
export interface View {
  readonly storage: Storage
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly terms: readonly Term[]
}

/** Number of elements. */
export function elements(shape: readonly number[]): number {
  let count = 1
  for (const size of shape) count *= size
  return count
}

export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]!
  }
  return strides
}

/** The whole of a storage. */
export function viewOf(storage: Storage, shape: readonly number[], offset = 0): View {
  return { storage, offset, shape, strides: rowMajor(shape), terms: [] }
}

/** Whether the elements stand in row-major order without gaps. */
export function isContiguous({ shape, strides }: View): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!
    if (size === 0) return true
    if (size !== 1 && strides[axis] !== expected) return false
    expected *= size
  }
  return true
}

/** Whether the view is its storage from end to end, in order, and the same in every iteration. */
export function isWhole(view: View): boolean {
  const { storage, offset, shape, terms } = view
  return terms.length === 0 && offset === 0 && elements(shape) === storage.size && isContiguous(view)
}

/** Sizes and strides with axes of size 1 dropped and neighbours that are walked as one joined. */
export function collapse({ shape, strides }: View): { sizes: number[]; strides: number[] } {
  const sizes: number[] = []
  const steps: number[] = []
  shape.forEach((size, axis) => {
    if (size === 1) return
    const stride = strides[axis]!
    const last = sizes.length - 1
    if (last >= 0 && steps[last] === stride * size) {
      sizes[last]! *= size
      steps[last] = stride
    } else {
      sizes.push(size)
      steps.push(stride)
    }
  })
  return { sizes, strides: steps }
}

export function transposed(view: View, permutation: readonly number[]): View {
  return {
    ...view,
    shape: permutation.map((axis) => view.shape[axis]!),
    strides: permutation.map((axis) => view.strides[axis]!),
  }
}

/** Repeated along axes of size 1 and new axes in front. */
export function broadcasted(view: View, shape: readonly number[]): View {
  const offset = shape.length - view.shape.length
  const strides = shape.map((size, axis) => {
    const own = axis - offset
    return own < 0 || (view.shape[own] === 1 && size !== 1) ? 0 : view.strides[own]!
  })
  return { ...view, shape, strides }
}

export function sliced(view: View, starts: readonly number[], sizes: readonly number[]): View {
  let { offset } = view
  starts.forEach((start, axis) => {
    offset += start * view.strides[axis]!
  })
  return { ...view, offset, shape: sizes }
}

export function flipped(view: View, axes: readonly number[]): View {
  let { offset } = view
  const strides = [...view.strides]
  for (const axis of axes) {
    offset += Math.max(0, view.shape[axis]! - 1) * strides[axis]!
    strides[axis] = -strides[axis]!
  }
  return { ...view, offset, strides }
}

/** The same elements under another shape, or undefined when no strides can say that. */
export function reshaped(view: View, shape: readonly number[]): View | undefined {
  if (elements(shape) === 0) return { ...view, shape, strides: rowMajor(shape) }
  const from = collapse(view)
  const strides = new Array<number>(shape.length)
  let at = from.sizes.length - 1
  let left = at >= 0 ? from.sizes[at]! : 1
  let stride = at >= 0 ? from.strides[at]! : 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!
    if (left === 1 && size !== 1) {
      at--
      left = from.sizes[at]!
      stride = from.strides[at]!
    }
    if (left % size !== 0) return undefined
    strides[axis] = stride
    stride *= size
    left /= size
  }
  return { ...view, shape, strides }
}

/** One entry along axis 0 for each iteration of a loop. */
export function entryOf(view: View, loop: Frame): View {
  const { storage, offset, shape, strides, terms } = view
  const term = { loop, stride: strides[0]! }
  return { storage, offset, shape: shape.slice(1), strides: strides.slice(1), terms: [...terms, term] }
}

/** The axes along which elements differ, without those that only repeat: what a copy needs to hold. */
export function withoutRepeats(view: View): View {
  const strides = view.strides
  return { ...view, shape: view.shape.map((size, axis) => (strides[axis] === 0 && size > 0 ? 1 : size)) }
}

/** The innermost frame whose iterations change the view. */
export function frameOf(view: View): Frame {
  let { frame } = view.storage
  for (const { loop } of view.terms) if (loop.depth > frame.depth) frame = loop
  return frame
}

/** First and last element + 1 of the storage that the view touches, over all iterations. */
export function rangeOf({ offset, shape, strides, terms }: View): { low: number; high: number } {
  if (elements(shape) === 0) return { low: 0, high: 0 }
  let low = offset
  let high = offset + 1
  shape.forEach((size, axis) => {
    const reach = (size - 1) * strides[axis]!
    if (reach < 0) low += reach
    else high += reach
  })
  for (const { loop, stride } of terms) {
    const reach = (loop.count - 1) * stride
    if (reach < 0) low += reach
    else high += reach
  }
  return { low, high }
}

/** The same elements at the same place in every iteration. */
export function sameView(a: View, b: View): boolean {
  return a.storage === b.storage && keyOf(a) === keyOf(b)
}

/** Text that is equal for views of the same elements in the same order. */
export function keyOf({ storage, offset, shape, strides, terms }: View): string {
  const moving = terms.map(({ loop, stride }) => `${loop.id}*${stride}`).join('+')
  return `${storage.id}+${offset}[${shape}](${strides})${moving}`
}
