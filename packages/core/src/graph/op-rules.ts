import { compositeRules } from './composite-rules.ts'
import type { CompositeName, OpName, PrimitiveName } from './ops.ts'
import type { ShapeRule } from './rule.ts'
import { shapeRules } from './shape-rules.ts'

/** Every primitive's name, in the order of the list. */
export const primitiveNames = Object.keys(shapeRules) as PrimitiveName[]

/** Every composite's name. */
export const compositeNames = Object.keys(compositeRules) as CompositeName[]

/** Whether an op is composite: it has a body of primitives. */
export function isComposite(op: OpName): op is CompositeName {
  return op in compositeRules
}

/** What any op takes and gives. */
export function ruleOf<O extends OpName>(op: O): ShapeRule<O> {
  return (isComposite(op) ? compositeRules[op] : shapeRules[op as PrimitiveName]) as unknown as ShapeRule<O>
}
