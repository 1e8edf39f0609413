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

const tiled = (columns: number): number => roundUp(columns, gemmBlocks.tileColumns)

/** Bytes of scratch of lstmForward and lstmBackward, whichever is larger: packed weights, products, packed rows. */
export function lstmScratchBytes(batch: number, hidden: number): number {
  const products = batch * 4 * tiled(hidden) * 4
  const forward = packedWholeBytes(hidden, 4 * tiled(hidden)) + products + packedRowsBytes(batch, hidden)
  const backward = packedWholeBytes(4 * hidden, hidden) + packedRowsBytes(batch, 4 * hidden)
  return edgeBytes + Math.max(forward, backward)
}

/** Bytes of scratch of gruForward and gruBackward, whichever is larger. */
export function gruScratchBytes(batch: number, hidden: number): number {
  const weights = packedWholeBytes(3 * hidden, tiled(hidden))
  const products = batch * 3 * tiled(hidden) * 4
  return edgeBytes + weights + products + packedRowsBytes(batch, 3 * hidden)
}

/** Rows whose parts of the gradients of weight and bias normGrad adds up first. */
const normRows = 64

/** Bytes of scratch of normGrad: what each run of rows adds to the gradients of weight and bias. */
export function normScratchBytes(rows: number, n: number): number {
  return Math.ceil(rows / normRows) * 2 * roundUp(n * 4, 16)
}

/** Sizes of attention that its scratch depends on. */
export interface AttentionBlock {
  readonly target: number
  readonly source: number
  readonly width: number
  readonly valueWidth: number
}

/** Words of scores that stay in the second-level cache. */
const scoreWords = 16384

/** How many queries attention takes at a time. */
export function attentionRows({ target, source }: AttentionBlock): number {
  const rows = roundUp(Math.floor(scoreWords / Math.max(source, 1)), gemmBlocks.tileRows)
  return Math.min(target, Math.max(rows, 4 * gemmBlocks.tileRows))
}

/** Bytes of scratch of attention: the scores of a block of queries, then what its products need. */
export function attentionScratchBytes(block: AttentionBlock): number {
  const rows = attentionRows(block)
  const { source, width, valueWidth } = block
  const products = [matmulScratchBytes(rows, width, source), matmulScratchBytes(rows, source, valueWidth)]
  return roundUp(rows * source * 4, 16) + Math.max(...products)
}

/** Bytes of scratch of attentionGrad: the weights and the gradients of their scores, then what the products need. */
export function attentionGradScratchBytes(block: AttentionBlock): number {
  const rows = attentionRows(block)
  const { source, width, valueWidth } = block
  const products = [width, valueWidth].flatMap((size) => [
    matmulScratchBytes(rows, size, source),
    matmulScratchBytes(rows, source, size),
    matmulScratchBytes(source, rows, size),
  ])
  return 2 * roundUp(rows * source * 4, 16) + Math.max(...products)
}
