import type { Builder } from './builder.ts'
import { broadcasting } from './elementwise.ts'
import { reduction } from './reduce.ts'
import type { Value } from './value.ts'

/** A value, or a literal float. */
export type Term = Value | number

/** Float arithmetic as formulas are written; operands broadcast. */
export interface Arithmetic {
  add(left: Term, right: Term): Value
  sub(left: Term, right: Term): Value
  mul(left: Term, right: Term): Value
  div(left: Term, right: Term): Value
  max(left: Term, right: Term): Value
  unary(op: 'Sqrt' | 'Sigmoid' | 'Tanh' | 'Neg' | 'Reciprocal', x: Value): Value
  /** The sum over the given axes, which stay as axes of size 1 where `keep`. */
  sum(x: Value, axes: readonly number[], keep?: boolean): Value
  /** The largest over the last axis, which stays. */
  rowMax(x: Value): Value
}

/** Arithmetic that writes its nodes with `b`. */
export function arithmetic(b: Builder): Arithmetic {
  const value = (term: Term): Value => (typeof term === 'number' ? b.scalar('float', term) : term)
  const binary = (op: string) => (left: Term, right: Term) => broadcasting(b, op, [value(left), value(right)])
  const kept = (x: Value, axes: readonly number[], keep: boolean) => ({
    type: x.type,
    shape: x.shape.flatMap((dim, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [dim])),
  })
  return {
    add: binary('Add'),
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('Div'),
    max: binary('Max'),
    unary: (op, x) => broadcasting(b, op, [x]),
    sum: (x, axes, keep = false) =>
      reduction(b, 'ReduceSum', x, { axes, keepDims: keep }, kept(x, axes, keep)),
    rowMax(x) {
      const axes = [x.shape.length - 1]
      return reduction(b, 'ReduceMax', x, { axes, keepDims: true }, kept(x, axes, true))
    },
  }
}
