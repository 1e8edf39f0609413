import { type Graph, type HostArray, type OpName, trace } from '@dragoman/core'

/** Operands of a composite; what it must give is its body, run by the float64 reference. */
export interface CompositeCase {
  readonly operands: readonly HostArray[]
  readonly attributes: object
}

/** A graph of one op, with its operands as inputs `0`, `1`, … */
export function nodeGraph(op: OpName, { operands, attributes }: CompositeCase): Graph {
  return trace(op, (place) => {
    const inputs = operands.map(({ kind, shape }, i) => place.input(`${i}`, kind, shape))
    const results = place.emit(op, inputs, attributes as never)
    return Object.fromEntries(results.map((result, i) => [`result${i}`, result]))
  })
}

export const nodeInputs = ({ operands }: CompositeCase): Record<string, HostArray> =>
  Object.fromEntries(operands.map((operand, i) => [`${i}`, operand]))
