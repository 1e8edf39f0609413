import { gemmBlocks, tileBytes } from './encoding.ts'

const roundUp = (n: number, step: number): number => Math.ceil(n / step) * step
const edgeBytes = gemmBlocks.tileRows * gemmBlocks.tileColumns * 4

function packedRowsBytes(rows: number, depth: number): number {
  const { rowBlock, depthBlock, tileRows } = gemmBlocks
  return Math.min(roundUp(rows, tileRows), rowBlock) * Math.min(depth, depthBlock) * 4
}

function packedWholeBytes(depth: number, columns: number): number {
  return depth * roundUp(columns, gemmBlocks.tileColumns) * 4
}

/** Bytes of scratch of an elementwise instruction with so many leaves and tile registers. */
export function elementwiseScratchBytes(leaves: number, registers: number): number {
  const operands = leaves + registers
  return roundUp(operands * 8, 16) + operands * tileBytes
}

/**
 * Bytes of scratch of a matmul of m×k by k×n: one packed block of each operand. m counts the rows of all batches,
 * because PlanWriter may join them.
 */
export function matmulScratchBytes(m: number, k: number, n: number): number {
  const blocks = (rows: number, columns: number): number => {
    const { depthBlock, columnBlock, tileColumns } = gemmBlocks
    return (
      packedRowsBytes(rows, k) +
      Math.min(k, depthBlock) * Math.min(roundUp(columns, tileColumns), columnBlock) * 4
    )
  }
  // A product of one column may be computed as one of one row.
  return edgeBytes + Math.max(blocks(m, n), n === 1 ? blocks(1, m) : 0)
}

/** Bytes of scratch of lstmForward and lstmBackward, whichever is larger. */
export function lstmScratchBytes(batch: number, hidden: number): number {
  const weights = Math.max(packedWholeBytes(hidden, 4 * hidden), packedWholeBytes(4 * hidden, hidden))
  return weights + edgeBytes + packedRowsBytes(batch, 4 * hidden)
}

/** Bytes of scratch of gruForward and gruBackward, whichever is larger. */
export function gruScratchBytes(batch: number, hidden: number): number {
  const gates = Math.max(packedWholeBytes(hidden, 2 * hidden), packedWholeBytes(2 * hidden, hidden))
  const weights = gates + packedWholeBytes(hidden, hidden)
  return weights + edgeBytes + packedRowsBytes(batch, 2 * hidden) + batch * 3 * hidden * 4
}
