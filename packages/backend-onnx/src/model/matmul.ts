import type { Attributes, Dim, Shape } from '@dragoman/core/backend'
import { mulDims } from '@dragoman/core/backend'
import type { Builder, ResultType } from './builder.ts'
import type { Emitter } from './emitter.ts'
import { reshape, transpose } from './movement.ts'
import type { Value } from './value.ts'

/** How the operands are stored. */
export interface Transposed {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

function swapped(b: Builder, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis)
  return transpose(b, x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2])
}

/** Two matrices, and a bias [N] or [M, N] where there is one. */
function gemm(b: Builder, inputs: readonly Value[], flags: Transposed, shape: Shape): Value {
  const { transposeA, transposeB } = flags
  const result: ResultType = { type: 'float', shape }
  if (inputs.length === 2 && !transposeA && !transposeB) return b.node('MatMul', inputs, result)
  const attributes = { transA: { int: Number(transposeA) }, transB: { int: Number(transposeB) } }
  return b.node('Gemm', inputs, result, { attributes })
}

/** Rows of all matrices of a batch as those of one: [..., K] → [rows, K]. */
function flatRows(b: Builder, x: Value): Value {
  const rows = x.shape.slice(0, -1).reduce<Dim>(mulDims, 1)
  return reshape(b, x, [rows, x.shape.at(-1)!])
}

/**
 * A product, with a bias [N] added where one is given. ONNX Runtime turns a weight that is an initializer when a
 * session opens, so that rows need no other shape.
 */
export function product(
  b: Builder,
  [left, right, bias]: readonly [Value, Value, Value?],
  flags: Transposed,
  shape: Shape,
): Value {
  const { transposeA, transposeB } = flags
  const rest = bias ? [bias] : []
  if (left.shape.length === 2 && right.shape.length === 2)
    return gemm(b, [left, right, ...rest], flags, shape)
  const isPrepared = b.dialect === 'runtime' && right.isInitializer
  if (right.shape.length === 2 && !transposeA && (transposeB || bias) && !isPrepared) {
    const rows = flatRows(b, left)
    const flat = gemm(b, [rows, right, ...rest], flags, [rows.shape[0]!, shape.at(-1)!])
    return reshape(b, flat, shape)
  }
  const result: ResultType = { type: 'float', shape }
  const operands = [transposeA ? swapped(b, left) : left, transposeB ? swapped(b, right) : right]
  const plain = b.node('MatMul', operands, result)
  return bias ? b.node('Add', [plain, bias], result) : plain
}

export const matmul: Emitter<Attributes<'matmul'>> = (b, [left, right], attributes, [result]) =>
  product(b, [left!, right!], attributes, result!.shape)
