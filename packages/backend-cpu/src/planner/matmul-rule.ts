import { matmulScratchBytes } from '../plan/scratch.ts'
import type { Emitter } from './emitter.ts'
import type { OpContext } from './op-context.ts'
import { broadcasted, elements, rowMajor, type View } from './view.ts'
import { workOfProducts } from './work.ts'

/** A matrix operand as the instruction takes it. */
interface Matrix {
  readonly view: View
  readonly isTransposed: boolean
  /** Elements from one stored row to the next. */
  readonly row: number
}

interface BatchDim {
  size: number
  dst: number
  a: number
  b: number
}

const mostBatchDims = 4

/** How a view [..., rows, columns] can be read in place, if it can. */
function matrixOf(view: View, swap: boolean): Matrix | undefined {
  const rank = view.shape.length
  const [first, second] = swap ? [rank - 1, rank - 2] : [rank - 2, rank - 1]
  const rows = view.shape[first]!
  const columns = view.shape[second]!
  // The stride of a single row or column is never walked, so it may be what suits.
  const rowStride = rows === 1 ? columns : view.strides[first]!
  const columnStride = columns === 1 ? (rowStride === 1 ? rows : 1) : view.strides[second]!
  if (columnStride === 1 && rowStride >= columns) return { view, isTransposed: false, row: rowStride }
  if ((rowStride === 1 || rows === 1) && columnStride >= rows)
    return { view, isTransposed: true, row: columnStride }
  return undefined
}

/** As `matrixOf`; copies what cannot be read in place, but not what only repeats along batch axes. */
function readableMatrix(emitter: Emitter, view: View, swap: boolean): Matrix {
  const found = matrixOf(emitter.ready(view), swap)
  if (found) return found
  const { shape, strides } = view
  const rank = shape.length
  const single = shape.map((size, axis) => (axis < rank - 2 && strides[axis] === 0 && size > 0 ? 1 : size))
  const copy = emitter.contiguous({ ...view, shape: single })
  return matrixOf(broadcasted(copy, shape), swap)!
}

/** Batch axes with sizes of 1 dropped and neighbours joined that all three tensors walk as one. */
function joinBatch(sizes: readonly number[], dst: readonly number[], a: View, b: View): BatchDim[] {
  const dims: BatchDim[] = []
  sizes.forEach((size, axis) => {
    if (size === 1) return
    const own = { size, dst: dst[axis]!, a: a.strides[axis]!, b: b.strides[axis]! }
    const last = dims.at(-1)
    const joins = last && last.dst === own.dst * size && last.a === own.a * size && last.b === own.b * size
    if (joins) Object.assign(last, own, { size: last.size * size })
    else dims.push(own)
  })
  return dims
}

/** A matrix product: transposes and repeats of the operands become flags and strides. */
export function matmulRule({ emitter, inputs, attributes, outputs: [output] }: OpContext<'matmul'>): View[] {
  const shape = output!
  const batchShape = shape.slice(0, -2)
  const [m, n] = shape.slice(-2) as [number, number]
  const [left, right] = inputs.map((view) => broadcasted(view, [...batchShape, ...view.shape.slice(-2)])) as [
    View,
    View,
  ]
  const k = left.shape.at(attributes.transposeA ? -2 : -1)!
  const dst = emitter.result(shape, inputs)
  if (elements(shape) === 0) return [dst]
  if (k === 0) {
    emitter.fill(dst, 0)
    return [dst]
  }
  let a = readableMatrix(emitter, left, attributes.transposeA)
  let b = readableMatrix(emitter, right, attributes.transposeB)
  const dstStrides = rowMajor(shape)
  let batch = joinBatch(batchShape, dstStrides, a.view, b.view)
  if (batch.length > mostBatchDims) {
    a = matrixOf(emitter.contiguous(left), attributes.transposeA)!
    b = matrixOf(emitter.contiguous(right), attributes.transposeB)!
    batch = joinBatch(batchShape, dstStrides, a.view, b.view)
  }
  const rows = m * elements(batchShape)
  emitter.step({
    label: () => `matmul ${elements(batchShape)}× ${m}×${k} by ${k}×${n}`,
    reads: [a.view, b.view],
    writes: [dst],
    work: workOfProducts(elements(batchShape), m, k, n),
    // A product of one column is computed as one of one row.
    scratchBytes: Math.max(matmulScratchBytes(rows, k, n), matmulScratchBytes(n, k, rows)),
    write(writer) {
      const at = writer.matmul({
        dst: 0,
        a: 0,
        b: 0,
        scratch: 0,
        m,
        k,
        n,
        transposeA: a.isTransposed,
        transposeB: b.isTransposed,
        aRow: a.row,
        bRow: b.row,
        batch,
      })
      return [
        { word: at.dst, target: dst },
        { word: at.a, target: a.view },
        { word: at.b, target: b.view },
        { word: at.scratch, target: 'scratch' },
      ]
    },
  })
  return [dst]
}
