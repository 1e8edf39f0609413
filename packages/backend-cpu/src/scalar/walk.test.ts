import { describe, expect, test } from 'vitest'
import { headerWords } from '../plan/encoding.ts'
import { PlanWriter } from '../plan/plan-writer.ts'
import { scalarEngine } from '../scalar-engine.ts'
import { kernelEngine } from '../testing/kernels.ts'
import { PlanCase } from '../testing/plan-case.ts'

describe('loop', () => {
  test.each([
    { reverse: false, expected: [1, 3, 6, 10] },
    { reverse: true, expected: [10, 9, 7, 4] },
  ])('running sums, reverse $reverse', ({ reverse, expected }) => {
    const run = new PlanCase()
    const xs = run.ints([1, 2, 3, 4])
    const sum = run.ints([0])
    const ys = run.room(4)
    const scratch = run.scratch(8192)
    run.plan.loop({ count: 4, reverse }, () => {
      const leaves = [
        { mode: 'full', pointer: xs },
        { mode: 'full', pointer: sum },
      ] as const
      const add = run.plan.elementwise({
        n: 1,
        scratch,
        leaves,
        ops: [
          { op: 'iAdd', operands: [0, 1], output: ys },
          { op: 'copy', operands: [2], output: sum },
        ],
      })
      return [
        { position: add.leaves[0]!, base: xs, stride: 4 },
        { position: add.outputs[0]!, base: ys, stride: 4 },
      ]
    })
    const { wasm, scalar } = run.run()
    expect([...wasm.ints(ys, 4)]).toEqual(expected)
    expect([...scalar.ints(ys, 4)]).toEqual(expected)
  })

  test('inside a loop: the outer one moves the bases of the inner one', () => {
    const run = new PlanCase()
    const src = run.ints([0, 1, 2, 3, 4, 5])
    const dst = run.room(6)
    // dst[j, i] = src[i, j] for src [2, 3], one word at a time.
    run.plan.loop({ count: 2 }, () => {
      const inner = run.plan.loop({ count: 3 }, () => {
        const copy = run.plan.copyStrided({ dst, src, dims: [], dstStrides: [], srcStrides: [] })
        return [
          { position: copy.src, base: src, stride: 4 },
          { position: copy.dst, base: dst, stride: 8 },
        ]
      })
      return [
        { position: inner.bases[0]!, base: src, stride: 12 },
        { position: inner.bases[1]!, base: dst, stride: 4 },
      ]
    })
    const { wasm, scalar } = run.run()
    expect([...wasm.ints(dst, 6)]).toEqual([0, 3, 1, 4, 2, 5])
    expect([...scalar.ints(dst, 6)]).toEqual([0, 3, 1, 4, 2, 5])
  })

  test('of no iterations runs nothing and goes on after its table', () => {
    const run = new PlanCase()
    const dst = run.ints([7, 7])
    run.plan.loop({ count: 0 }, () => [
      { position: run.plan.fill({ dst, n: 2, word: 1 }).dst, base: dst, stride: 4 },
    ])
    run.plan.fill({ dst, n: 1, word: 9 })
    const { wasm, scalar } = run.run()
    expect([...wasm.ints(dst, 2)]).toEqual([9, 7])
    expect([...scalar.ints(dst, 2)]).toEqual([9, 7])
  })

  test('an error inside names the instruction of the body', () => {
    const run = new PlanCase()
    const ids = run.ints([0, 5])
    const sizes = { outer: 1, axisSize: 2, count: 1, inner: 1 }
    let body = 0
    run.plan.loop({ count: 2 }, () => {
      const gather = run.plan.gather({ dst: run.room(1), table: run.floats([1, 2]), ids, ...sizes })
      body = gather.dst - 2
      return [{ position: gather.ids, base: ids, stride: 4 }]
    })
    const { wasm, scalar, start } = run.run()
    expect(body).toBe(headerWords('loop'))
    expect(wasm.error).toEqual({ code: 2, address: start + 4 * body, value: 5 })
    expect(scalar.error).toEqual(wasm.error)
  })
})

const engines = { kernelEngine, scalarEngine }

describe.each(Object.entries(engines))('%s', (_, create) => {
  function walkWords(words: number[]) {
    const memory = new WebAssembly.Memory({ initial: 1 })
    new Int32Array(memory.buffer).set(words, 16)
    const engine = create(memory)
    return { code: engine.walk(64, 64 + 4 * words.length), error: engine.lastError() }
  }

  test('an unknown opcode is refused', () => {
    expect(walkWords([999, 2])).toEqual({ code: 1, error: { code: 1, address: 64, value: 999 } })
  })

  test('a length that would not end is refused', () => {
    expect(walkWords([2, 0])).toEqual({ code: 1, error: { code: 1, address: 64, value: 2 } })
  })

  test('an empty plan does nothing', () => {
    expect(walkWords([])).toEqual({ code: 0, error: undefined })
  })

  test('works on after the memory has grown, and forgets the last error', () => {
    const memory = new WebAssembly.Memory({ initial: 1 })
    const engine = create(memory)
    new Int32Array(memory.buffer).set([999, 2], 16)
    expect(engine.walk(64, 72)).toBe(1)
    memory.grow(1)
    const plan = new PlanWriter()
    plan.fill({ dst: 65536 + 16, n: 1, word: 5 })
    new Int32Array(memory.buffer).set(plan.words(), 16)
    expect(engine.walk(64, 64 + 4 * plan.length)).toBe(0)
    expect(engine.lastError()).toBeUndefined()
    expect(new Int32Array(memory.buffer)[(65536 + 16) / 4]).toBe(5)
  })
})
