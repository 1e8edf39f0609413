import { countOf, sameShape } from '../device.ts'
import type { Ops } from '../ops.ts'
import type { TfTensor } from '../tensorflow.ts'
import type { Kernel, KernelsOf } from './kernel.ts'
import { sliced } from './slice.ts'

/** From how many multiplications on each product of a batch is better done alone, where only that is fast. */
const aloneFrom = 2 ** 16

interface Flags {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

const plain: Flags = { transposeA: false, transposeB: false }

/** From so many terms on, a GPU may share a sum out to threads that add their parts as they come. */
const manyTerms = 2000

/** One kernel: [..., M, K] × [..., K, N], each with its last axes swapped where the flags say so. */
export function product(ops: Ops, a: TfTensor, b: TfTensor, flags: Flags = plain): TfTensor {
  const axisOfA = a.shape.length - (flags.transposeA ? 2 : 1)
  const axisOfB = b.shape.length - (flags.transposeB ? 1 : 2)
  const terms = a.shape[axisOfA]!
  if (ops.traits.addsInOrder || terms < manyTerms) {
    return ops.device.launch('BatchMatMul', { a, b }, { ...flags })
  }
  const half = Math.ceil(terms / 2)
  const part = (start: number, size: number) =>
    product(ops, window(ops, a, axisOfA, start, size), window(ops, b, axisOfB, start, size), flags)
  return ops.add(part(0, half), part(half, terms - half))
}

/** Some entries of one axis. */
function window(ops: Ops, x: TfTensor, axis: number, start: number, size: number): TfTensor {
  const starts = x.shape.map((_, i) => (i === axis ? start : 0))
  const sizes = x.shape.map((whole, i) => (i === axis ? size : whole))
  return ops.reshape(sliced(ops, x, starts, sizes), sizes)
}

export function matmul(ops: Ops): KernelsOf<'matmul'> {
  const kernel: Kernel<'matmul'> = ([left, right], flags, { shape }) => {
    const [a, b] = [left!.handle, right!.handle]
    const inner = a.shape.at(flags.transposeA ? -2 : -1)
    if (inner === 0) return ops.fill(shape, 0, 'float')
    // A matrix that many rows meet is most often a weight, which stays: it is swapped once.
    if (ops.traits.plainMatmul && flags.transposeB && isOne(b)) {
      return multiply(ops, a, ops.swappedOnce(b), { ...flags, transposeB: false }, shape)
    }
    return multiply(ops, a, b, flags, shape)
  }
  return { matmul: kernel }
}

/** Whether x is a single matrix. */
function isOne(x: TfTensor): boolean {
  return countOf(x.shape.slice(0, -2)) === 1
}

function multiply(ops: Ops, a: TfTensor, b: TfTensor, flags: Flags, shape: readonly number[]): TfTensor {
  const [rows, columns] = a.shape.slice(-2) as [number, number]
  if (isOne(b) && (isOne(a) || !flags.transposeA)) {
    if (isOne(a)) return multiplyOne(ops, a, b, flags)
    // All rows meet one matrix: they are rows of one product.
    const merged = ops.reshape(a, [countOf(a.shape) / columns, columns])
    return multiplyOne(ops, merged, ops.reshape(b, b.shape.slice(-2)), flags)
  }
  const batch = shape.slice(0, -2)
  const [left, right] = [stacked(ops, a, batch), stacked(ops, b, batch)]
  if (!ops.traits.plainMatmul) return product(ops, left, right, flags)
  const size = shape.at(-2)! * shape.at(-1)! * (flags.transposeA ? rows : columns)
  if (size >= aloneFrom) return multiplyEach(ops, left, right, flags)
  // A transposed left operand is read across its rows, which costs more than to swap it.
  return product(ops, flags.transposeA ? swapped(ops, left) : left, right, { ...flags, transposeA: false })
}

/** A stack of matrices with one batch axis, repeated to the batch of the result. */
function stacked(ops: Ops, x: TfTensor, batch: readonly number[]): TfTensor {
  const matrix = x.shape.slice(-2)
  const isWhole = sameShape(x.shape.slice(0, -2), batch)
  const whole = isWhole ? x : ops.broadcast(x, [...batch, ...matrix])
  return ops.reshape(whole, [countOf(batch), ...matrix])
}

/** A product of two matrices. */
function multiplyOne(ops: Ops, a: TfTensor, b: TfTensor, flags: Flags): TfTensor {
  if (!ops.traits.plainMatmul) return product(ops, a, b, flags)
  const left = flags.transposeA ? swapped(ops, a) : a
  const right = flags.transposeB ? swapped(ops, b) : b
  return product(ops, left, right)
}

/** Each product of two stacks alone. */
function multiplyEach(ops: Ops, a: TfTensor, b: TfTensor, flags: Flags): TfTensor {
  const left = flags.transposeA ? swapped(ops, a) : a
  const right = flags.transposeB ? swapped(ops, b) : b
  const products = Array.from({ length: a.shape[0]! }, (_, i) =>
    product(ops, ops.entry(left, i), ops.entry(right, i)),
  )
  return ops.concat(products, 0)
}

/** The last two axes swapped. */
function swapped(ops: Ops, x: TfTensor): TfTensor {
  const axes = x.shape.map((_, axis) => axis)
  return ops.transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!])
}
