import { type ElementwiseOp, elementwiseOps as ops } from './elementwise-ops.ts'

/** A leaf of an elementwise chain; see `leafModes` for how index i reads it. */
export type ChainLeaf =
  | { readonly mode: 'full'; readonly pointer: number }
  | { readonly mode: 'scalar'; readonly pointer: number }
  | { readonly mode: 'broadcast'; readonly pointer: number; readonly p: number; readonly r: number }

/**
 * One operation of a chain. Operands are numbered in single assignment: 0…leaves-1 are the leaves, leaves + j is
 * the result of operation j, which must stand before. `output`: byte offset of n elements that also receive the
 * result. An output may be the memory of a full leaf that no later operation reads.
 */
export interface ChainOp {
  readonly op: ElementwiseOp
  readonly operands: readonly number[]
  readonly output?: number
}

/** A ChainOp whose operands and target are leaves and tile registers. */
export interface PlacedOp {
  readonly op: ElementwiseOp
  readonly target: number
  readonly operands: readonly number[]
  readonly output: number
}

/**
 * Gives every result a tile register, used again after the result's last reader: few registers stay in the cache.
 */
export function allocateRegisters(
  leaves: number,
  chain: readonly ChainOp[],
): { registers: number; ops: PlacedOp[] } {
  const lastUse = new Map<number, number>()
  chain.forEach(({ operands }, j) => {
    for (const operand of operands) lastUse.set(operand, j)
  })
  const free: number[] = []
  const place = new Map<number, number>()
  let registers = 0
  const placed = chain.map(({ op, operands, output }, j): PlacedOp => {
    checkOp(op, operands, leaves + j, j)
    const from = operands.map((operand) => (operand < leaves ? operand : place.get(operand)!))
    for (const operand of new Set(operands)) {
      if (operand >= leaves && lastUse.get(operand) === j) free.push(place.get(operand)!)
    }
    const target = free.pop() ?? leaves + registers++
    place.set(leaves + j, target)
    if (!lastUse.has(leaves + j)) free.push(target)
    return { op, target, operands: from, output: output ?? 0 }
  })
  return { registers, ops: placed }
}

function checkOp(op: ElementwiseOp, operands: readonly number[], limit: number, index: number): void {
  if (operands.length !== ops[op].arity) {
    throw new Error(
      `elementwise: operation ${index} (${op}) takes ${ops[op].arity} operands, got ${operands.length}\n  hint: see elementwiseOps`,
    )
  }
  const bad = operands.find((operand) => !(operand >= 0 && operand < limit))
  if (bad !== undefined) {
    throw new Error(
      `elementwise: operation ${index} (${op}) reads operand ${bad}, but only 0 to ${limit - 1} exist before it\n  hint: list the operations in the order of their use`,
    )
  }
}
