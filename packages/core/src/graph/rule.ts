import type { Dim, Shape } from './dims.ts'
import { formatShape } from './dims.ts'
import type { Kind, ValueType } from './graph.ts'
import type { Attributes, OpName } from './ops.ts'

/** Ends a shape rule with what is wrong and, where it is known, what to do; shapes are wrong unless it says kinds. */
export type Fail = (problem: string, hint?: string, about?: 'kind') => never

/**
 * What an op takes and gives: the names of its operands for errors (`...` after the last: any number
 * of those; `?` after one: it may be missing at the end) and the types of its outputs.
 */
export interface ShapeRule<O extends OpName> {
  readonly operands: string
  readonly infer: (inputs: readonly ValueType[], attributes: Attributes<O>, fail: Fail) => ValueType[]
}

/** Shape of elementwise operands that broadcast against each other as in NumPy. */
export function broadcastShapes(shapes: readonly Shape[], fail: Fail): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  const result: Dim[] = []
  for (let axis = 0; axis < rank; axis++) {
    let dim: Dim = 1
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1
      if (own === 1 || own === dim) continue
      if (dim !== 1) fail(`sizes ${dim} and ${own} along axis ${axis} differ and neither is 1`)
      dim = own
    }
    result.push(dim)
  }
  return result
}

/** Refuses an input whose kind is not among `kinds`. */
export function expectKind(input: ValueType, kinds: readonly Kind[], fail: Fail): void {
  if (!kinds.includes(input.kind)) {
    const hint = `cast it: cast(x, '${kinds[0]}')`
    fail(`takes ${kinds.join(' or ')}, but one operand is ${input.kind}`, hint, 'kind')
  }
}

/** Refuses operands of different kinds. */
export function expectSameKind(inputs: readonly ValueType[], fail: Fail): void {
  const kinds = new Set(inputs.map((input) => input.kind))
  if (kinds.size > 1) {
    fail(`operands are of different kinds (${[...kinds].join(', ')})`, 'cast one of them', 'kind')
  }
}

/** Refuses an axis that a rank does not have; axes are counted from 0 here. */
export function expectAxis(axis: number, rank: number, fail: Fail): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= rank) fail(`axis ${axis} is outside a rank of ${rank}`)
}

/** Refuses a shape other than `shape`. */
export function expectShape(name: string, input: ValueType, shape: Shape, fail: Fail): void {
  if (input.shape.length !== shape.length || input.shape.some((dim, axis) => dim !== shape[axis])) {
    fail(`${name} must be ${formatShape(shape)}, but it is ${formatShape(input.shape)}`)
  }
}

/** Refuses another rank. */
export function expectRank(name: string, input: ValueType, rank: number, fail: Fail): void {
  if (input.shape.length !== rank)
    fail(`${name} must have rank ${rank}, but it has rank ${input.shape.length}`)
}

/** The operands that a rule names, one name each. */
export function operandNames(operands: string): string[] {
  return operands.split(' ').filter((name) => name !== '')
}

/** The fewest and the most operands that a rule's notation allows. */
export function operandCounts(operands: string): { readonly least: number; readonly most: number } {
  const names = operandNames(operands)
  const isVariadic = names.at(-1)?.endsWith('...') ?? false
  const least = names.filter((name) => !name.endsWith('?') && !name.endsWith('...')).length
  return { least, most: isVariadic ? Number.POSITIVE_INFINITY : names.length }
}
