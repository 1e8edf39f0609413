import { describe, expect, test } from 'vitest'
import { allocateRegisters } from './chain.ts'
import { simplifyCopy } from './copy-layout.ts'
import { argumentOffsets, headerWords, instructions } from './encoding.ts'
import { bitsOfFloat, PlanWriter } from './plan-writer.ts'

test('an instruction is opcode, length and arguments in the order of the table', () => {
  const plan = new PlanWriter()
  plan.fill({ dst: 64, n: 3, word: 7 })
  const positions = plan.crossEntropy({ loss: 16, logits: 32, labels: 48, rows: 2, n: 5, smoothing: 0.1 })
  const words = plan.words()
  expect([...words.subarray(0, 5)]).toEqual([instructions.fill.code, 5, 64, 3, 7])
  const rest = [instructions.crossEntropy.code, 8, 16, 32, 48, 2, 5, bitsOfFloat(0.1)]
  expect([...words.subarray(5)]).toEqual(rest)
  expect(positions).toEqual({ loss: 7, logits: 8, labels: 9 })
})

test('a pointer can be set later', () => {
  const plan = new PlanWriter()
  const { dst } = plan.fill({ dst: 0, n: 1, word: 0 })
  plan.set(dst, 4096)
  expect(plan.words()[argumentOffsets('fill').dst]).toBe(4096)
})

test('pointers above 2 GiB keep their bits', () => {
  const plan = new PlanWriter()
  plan.fill({ dst: 3_000_000_000, n: 1, word: 0 })
  expect(plan.words()[2]! >>> 0).toBe(3_000_000_000)
})

describe('matmul', () => {
  test('joins a batch that b repeats over with the rows', () => {
    const plan = new PlanWriter()
    const batch = [
      { size: 3, dst: 40, a: 20, b: 0 },
      { size: 2, dst: 20, a: 10, b: 0 },
    ]
    plan.matmul({ dst: 16, a: 32, b: 48, scratch: 64, m: 2, k: 5, n: 10, batch })
    const at = argumentOffsets('matmul')
    expect(plan.words()[at.m]).toBe(12)
    expect(plan.words()[at.rank]).toBe(0)
  })

  test('keeps a batch whose matrices differ', () => {
    const plan = new PlanWriter()
    const batch = [{ size: 3, dst: 20, a: 10, b: 50 }]
    plan.matmul({ dst: 16, a: 32, b: 48, scratch: 64, m: 2, k: 5, n: 10, batch })
    expect([...plan.words().subarray(headerWords('matmul'))]).toEqual([3, 20, 10, 50])
  })
})

describe('loop', () => {
  test('covers header, body and table, and says where the bases stand', () => {
    const plan = new PlanWriter()
    const result = plan.loop({ count: 4, reverse: true }, () => {
      const { dst } = plan.fill({ dst: 0, n: 1, word: 0 })
      return [{ position: dst, base: 128, stride: 16 }]
    })
    expect([...plan.words()]).toEqual([
      instructions.loop.code,
      14,
      4,
      1,
      5,
      1,
      instructions.fill.code,
      5,
      0,
      1,
      0,
      2,
      128,
      16,
    ])
    expect(result).toEqual({ count: 2, bases: [12] })
  })

  test('refuses to patch a word outside its body', () => {
    const plan = new PlanWriter()
    const { dst } = plan.fill({ dst: 0, n: 1, word: 0 })
    expect(() => plan.loop({ count: 1 }, () => [{ position: dst, base: 0, stride: 4 }])).toThrow(
      /outside the body/,
    )
  })
})

describe('allocateRegisters', () => {
  test('uses the register of a value again after its last reader', () => {
    const chain = [
      { op: 'exp', operands: [0] },
      { op: 'neg', operands: [1] },
      { op: 'add', operands: [2, 0] },
    ] as const
    const { registers, ops } = allocateRegisters(1, chain)
    expect(registers).toBe(1)
    expect(ops.map(({ target }) => target)).toEqual([1, 1, 1])
  })

  test('keeps a value that is read later', () => {
    const chain = [
      { op: 'exp', operands: [0] },
      { op: 'neg', operands: [1] },
      { op: 'add', operands: [2, 1] },
    ] as const
    expect(allocateRegisters(1, chain).registers).toBe(2)
  })

  test('refuses an operand that does not exist yet, and a wrong number of operands', () => {
    expect(() => allocateRegisters(1, [{ op: 'neg', operands: [1] }])).toThrow(/reads operand 1/)
    expect(() => allocateRegisters(1, [{ op: 'add', operands: [0] }])).toThrow(/takes 2 operands, got 1/)
  })
})

describe('simplifyCopy', () => {
  test('joins contiguous dimensions and drops those of size 1', () => {
    const copy = { dims: [2, 1, 3, 4], dstStrides: [12, 12, 4, 1], srcStrides: [12, 99, 4, 1] }
    expect(simplifyCopy(copy)).toEqual({ dims: [24], dstStrides: [1], srcStrides: [1] })
  })

  test('joins a broadcast over neighbours', () => {
    const copy = { dims: [2, 3, 4], dstStrides: [12, 4, 1], srcStrides: [0, 0, 1] }
    expect(simplifyCopy(copy)).toEqual({ dims: [6, 4], dstStrides: [4, 1], srcStrides: [0, 1] })
  })
})
