import { countOf } from '../device.ts'
import { mostAxes } from '../merged-axes.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'

/** A window with as few axes as it needs; the last one holds all that lies together. */
interface Window {
  readonly shape: number[]
  readonly starts: number[]
  readonly sizes: number[]
}

/** Below this many elements a run is better left to the Slice kernel. */
const shortestRun = 4

/** The window of `sizes` that begins at `starts`; its shape is left to the caller. */
export function sliced(ops: Ops, x: TfTensor, starts: readonly number[], sizes: readonly number[]): TfTensor {
  const window = folded(x.shape, starts, sizes)
  const run = [window.shape, window.starts, window.sizes].map((each) => each.at(-1)!).reduce(commonDivisor)
  if (ops.traits.copyingSlice && run >= shortestRun) return slicedByRows(ops, x, window, run)
  return cut(ops, x, window)
}

/** By the kernel Slice; where the axes are many, along the last one first. */
function cut(ops: Ops, x: TfTensor, { shape, starts, sizes }: Window): TfTensor {
  if (shape.length <= mostAxes) return ops.slice(ops.reshape(x, shape), starts, sizes)
  const outer = countOf(shape.slice(0, -1))
  const last = sizes.at(-1)!
  const inner = ops.slice(ops.reshape(x, [outer, shape.at(-1)!]), [0, starts.at(-1)!], [outer, last])
  const rest = folded([...shape.slice(0, -1), last], [...starts.slice(0, -1), 0], sizes)
  return cut(ops, inner, rest)
}

/** Axes that are taken whole join the axis before them. */
function folded(shape: readonly number[], starts: readonly number[], sizes: readonly number[]): Window {
  const window: Window = { shape: [1], starts: [0], sizes: [1] }
  shape.forEach((size, axis) => {
    const last = window.shape.length - 1
    if (sizes[axis] === size) {
      for (const each of [window.shape, window.starts, window.sizes]) each[last]! *= size
    } else {
      window.shape.push(size)
      window.starts.push(starts[axis]!)
      window.sizes.push(sizes[axis]!)
    }
  })
  return window
}

/** As rows of one length, which GatherNd copies without reading the rest of x. */
function slicedByRows(ops: Ops, x: TfTensor, { shape, starts, sizes }: Window, run: number): TfTensor {
  const last = shape.length - 1
  const inRows = (sizes: readonly number[]) => sizes.map((size, axis) => (axis === last ? size / run : size))
  const [whole, first, counts] = [inRows(shape), inRows(starts), inRows(sizes)]
  let rows = [0]
  whole.forEach((size, axis) => {
    const entries = Array.from({ length: counts[axis]! }, (_, i) => first[axis]! + i)
    rows = rows.flatMap((row) => entries.map((entry) => row * size + entry))
  })
  return ops.rows(ops.reshape(x, [countOf(x.shape) / run, run]), rows)
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}
