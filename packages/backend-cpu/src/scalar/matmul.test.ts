import { describe, expect, test } from 'vitest'
import { matmulScratchBytes } from '../plan/scratch.ts'
import { expectClose, uniform } from '../testing/numbers.ts'
import { PlanCase } from '../testing/plan-case.ts'

interface Product {
  m: number
  k: number
  n: number
  transposeA?: boolean
  transposeB?: boolean
  accumulate?: boolean
  batch?: { size: number; dst: number; a: number; b: number }[]
  dstRow?: number
  aRow?: number
  bRow?: number
}

function sizeOf(rows: number, row: number, strides: number[], batch: Product['batch'] = []): number {
  return Math.max(1, rows * row) + batch.reduce((sum, { size }, i) => sum + (size - 1) * strides[i]!, 0)
}

/** Runs a product on both walkers; a relative error is measured against the sum of magnitudes. */
function check(product: Product): void {
  const { m, k, n, transposeA = false, transposeB = false, batch = [] } = product
  const dstRow = product.dstRow ?? n
  const aRow = product.aRow ?? (transposeA ? m : k)
  const bRow = product.bRow ?? (transposeB ? k : n)
  const aSize = sizeOf(
    transposeA ? k : m,
    aRow,
    batch.map(({ a }) => a),
    batch,
  )
  const bSize = sizeOf(
    transposeB ? n : k,
    bRow,
    batch.map(({ b }) => b),
    batch,
  )
  const dstSize = sizeOf(
    m,
    dstRow,
    batch.map(({ dst }) => dst),
    batch,
  )
  const run = new PlanCase()
  const a = run.floats(uniform(m + k, aSize), 1)
  const b = run.floats(uniform(n + k, bSize))
  const dst = run.floats(uniform(9, dstSize))
  const scratch = run.scratch(matmulScratchBytes(m * batch.reduce((rows, { size }) => rows * size, 1), k, n))
  run.plan.matmul({ ...product, dst, a, b, scratch })
  const { wasm, scalar } = run.run()
  expect(wasm.code).toBe(0)
  expectClose(wasm.floats(dst, dstSize), scalar.floats(dst, dstSize), {
    absolute: 4e-7 * (1 + Math.sqrt(k)),
    relative: 1e-5,
  })
}

const ways = [
  { transposeA: false, transposeB: false },
  { transposeA: true, transposeB: false },
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: true },
]

describe.each(ways)('transposeA $transposeA, transposeB $transposeB', (way) => {
  const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 17]
  test('small sizes of every combination', () => {
    for (const m of sizes) for (const k of sizes) for (const n of sizes) check({ m, k, n, ...way })
  })

  test.each([
    [33, 257, 65],
    [130, 300, 41],
    [5, 513, 530],
    [1, 70, 2060],
    [3, 70, 2060],
    [260, 9, 1],
    [64, 64, 520],
  ])('%i × %i × %i, over the ends of blocks', (m, k, n) => {
    check({ m, k, n, ...way })
    check({ m, k, n, ...way, accumulate: true })
  })

  test('rows further apart than they are long', () => {
    for (const m of [1, 4, 9]) {
      const long = { dstRow: 20, aRow: 23, bRow: 29 }
      check({ m, k: 11, n: 13, ...way, ...long })
      check({ m: 9, k: 11, n: 1, ...way, ...long })
    }
    // One column, whose elements lie apart where it is not transposed: as one row, it has 600 columns.
    check({ m: 600, k: 270, n: 1, ...way, bRow: way.transposeB ? 270 : 3 })
  })

  test('batches, one of which repeats', () => {
    const batch = [
      { size: 2, dst: 3 * 6 * 10, a: 0, b: 3 * 50 },
      { size: 3, dst: 6 * 10, a: 30, b: 50 },
    ]
    check({ m: 6, k: 5, n: 10, ...way, batch })
  })
})

test('a batch joined with the rows is the same product', () => {
  const batch = [{ size: 4, dst: 3 * 10, a: 3 * 5, b: 0 }]
  check({ m: 3, k: 5, n: 10, batch })
})

test('a small product by hand', () => {
  const run = new PlanCase()
  const a = run.floats([1, 2, 3, 4, 5, 6])
  const b = run.floats([7, 8, 9, 10, 11, 12])
  const dst = run.room(4)
  run.plan.matmul({ dst, a, b, scratch: run.scratch(matmulScratchBytes(2, 3, 2)), m: 2, k: 3, n: 2 })
  const { wasm, scalar } = run.run()
  expect([...wasm.floats(dst, 4)]).toEqual([58, 64, 139, 154])
  expect([...scalar.floats(dst, 4)]).toEqual([58, 64, 139, 154])
})

test.each([1, 6])('NaN and Infinity come through, also times 0, with %i rows', (m) => {
  const run = new PlanCase()
  const a = run.floats(new Float32Array(m * 2).fill(0))
  const b = run.floats([Number.NaN, 1, Number.POSITIVE_INFINITY, 1, 1, 1])
  const dst = run.room(m * 3)
  run.plan.matmul({ dst, a, b, scratch: run.scratch(matmulScratchBytes(m, 2, 3)), m, k: 2, n: 3 })
  const { wasm } = run.run()
  expect([...wasm.floats(dst, 3)]).toEqual([Number.NaN, 0, Number.NaN])
})
