import { describe, expect, test } from 'vitest'
import { PlanWriter } from '../plan/plan-writer.ts'
import { type Cost, costAt, instructionNameAt, type KernelName } from './cost.ts'

function costOf(write: (plan: PlanWriter) => unknown): Cost {
  const plan = new PlanWriter()
  write(plan)
  const words = plan.words()
  return costAt(words, 0, instructionNameAt(words, 0) as KernelName)
}

// Expected numbers are counted by hand from the sizes.
describe('costs', () => {
  test('a product: a multiply-add is two, a matrix that repeats is read once', () => {
    const sizes = { dst: 64, a: 64, b: 64, scratch: 64, m: 3, k: 5, n: 7 }
    expect(costOf((plan) => plan.matmul(sizes))).toEqual({ flops: 210, bytes: 4 * (15 + 35 + 21) })
    const batch = [{ size: 4, dst: 21, a: 15, b: 0 }]
    // Its rows are joined: 12 of them.
    expect(costOf((plan) => plan.matmul({ ...sizes, batch }))).toEqual({
      flops: 840,
      bytes: 4 * (60 + 35 + 84),
    })
    const turned = { ...sizes, transposeA: true, accumulate: true, batch }
    expect(costOf((plan) => plan.matmul(turned))).toEqual({ flops: 840, bytes: 4 * (60 + 35 + 168) })
  })

  test('a chain: leaves as often as they differ, results that go to memory', () => {
    const cost = costOf((plan) =>
      plan.elementwise({
        n: 12,
        scratch: 64,
        leaves: [
          { mode: 'full', pointer: 64 },
          { mode: 'scalar', pointer: 64 },
          { mode: 'broadcast', pointer: 64, p: 1, r: 3 },
        ],
        ops: [
          { op: 'mul', operands: [0, 1] },
          { op: 'add', operands: [3, 2], output: 128 },
          { op: 'select', operands: [0, 3, 4], output: 192 },
        ],
      }),
    )
    expect(cost).toEqual({ flops: 24, bytes: 4 * (12 + 1 + 4 + 12 + 12) })
  })

  test('copies count what they read and what they write', () => {
    const copy = { dst: 64, src: 64, dims: [5, 6], dstStrides: [6, 1], srcStrides: [1, 0] }
    expect(costOf((plan) => plan.copyStrided(copy))).toEqual({ flops: 0, bytes: 4 * (30 + 5) })
    const sizes = { outer: 1, axisSize: 100, count: 6, inner: 8 }
    const gather = { dst: 64, table: 64, ids: 64, ...sizes }
    expect(costOf((plan) => plan.gather(gather))).toEqual({ flops: 0, bytes: 4 * (48 + 48 + 6) })
    const scatter = { dst: 64, updates: 64, ids: 64, ...sizes, accumulate: 0, isInt: 0 }
    expect(costOf((plan) => plan.scatterAdd(scatter))).toEqual({ flops: 48, bytes: 4 * (144 + 6 + 800) })
  })

  test('a recurrence reads its weights once', () => {
    const pointers = {
      states: 64,
      cells: 64,
      gates: 64,
      xProjection: 64,
      weightHh: 64,
      h0: 64,
      c0: 64,
      isReal: 0,
    }
    const sizes = { scratch: 64, steps: 3, batch: 2, hidden: 16, reverse: 0 }
    const { flops, bytes } = costOf((plan) => plan.lstmForward({ ...pointers, ...sizes }))
    // Per step a product 2×16 by 16×64; x and gates 4, state and cell 1 element a unit.
    expect(flops).toBeGreaterThan(3 * 2 * 2 * 16 * 64)
    expect(bytes).toBe(4 * (3 * 2 * 16 * 10 + 64 * 16))
  })

  test.each([
    ['all pairs', 0, 6 * 4],
    // Query t sees the keys s <= t - 2: none, none, 1, 2, 3, 4.
    ['causal', 1, 10],
  ])('attention counts %s', (_, causal, pairs) => {
    const plan = new PlanWriter()
    const names = ['context', 'query', 'key', 'value', 'isAllowed', 'bias', 'mask', 'scratch']
    const values = Object.fromEntries(names.map((name) => [name, 64]))
    const sizes = { batch: 2, heads: 3, keyHeads: 1, target: 6, source: 4, width: 8, valueWidth: 16, causal }
    const strides = ['query', 'key', 'value', 'isAllowed', 'bias', 'mask', 'context'].flatMap((name) =>
      ['Batch', 'Head', 'Row', 'Column'].map((axis) => [`${name}${axis}`, 0]),
    )
    const all = { ...values, ...sizes, rows: 4, scale: 1, ...Object.fromEntries(strides) }
    plan.emit('attention', all as never)
    const { flops, bytes } = costAt(plan.words(), 0, 'attention')
    const ofOne = costAt(plan.words(), 0, 'attention').flops / (2 * 3 * pairs)
    // Products over width and valueWidth, and the softmax of one score.
    expect(ofOne).toBe(2 * (8 + 16) + 28)
    expect(flops).toBe(2 * 3 * pairs * ofOne)
    expect(bytes).toBe(4 * 2 * (3 * 6 + 4) * (8 + 16))
  })
})
