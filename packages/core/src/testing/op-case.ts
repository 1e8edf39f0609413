import type { Graph, Kind } from '../graph/graph.ts'
import type { Attributes, PrimitiveName } from '../graph/ops.ts'
import { trace } from '../graph/trace.ts'

/** A tensor as data; bools are 0 and 1. */
export interface CaseArray {
  readonly kind: Kind
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

/** What one op gives for some inputs, and where that is known from. */
export interface OpCase<O extends PrimitiveName = PrimitiveName> {
  readonly name: string
  readonly op: O
  readonly inputs: readonly CaseArray[]
  readonly attributes: Attributes<O>
  readonly expected: CaseArray
  /** Where the expected numbers come from. */
  readonly source: string
  /** Whether −0 and 0 count as different. */
  readonly signedZeros?: boolean
}

/** A case of one op: its attributes are checked against the list of ops. */
export function opCase<O extends PrimitiveName>(parts: OpCase<O>): OpCase {
  return parts as unknown as OpCase
}

export function float(shape: readonly number[], ...data: readonly number[]): CaseArray {
  return { kind: 'float', shape, data }
}

export function int(shape: readonly number[], ...data: readonly number[]): CaseArray {
  return { kind: 'int', shape, data }
}

export function bool(shape: readonly number[], ...data: readonly number[]): CaseArray {
  return { kind: 'bool', shape, data }
}

/** The graph of one op: its operands are the inputs `0`, `1`, …, its result is the output `result`. */
export function graphOf({ op, inputs, attributes }: OpCase): Graph {
  return trace(op, (place) => {
    const operands = inputs.map(({ kind, shape }, i) => place.input(`${i}`, kind, shape))
    return { result: place.emit(op, operands, attributes)[0]! }
  })
}
