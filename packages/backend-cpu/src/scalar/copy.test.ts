import { describe, expect, test } from 'vitest'
import { PlanCase } from '../testing/plan-case.ts'

interface Copy {
  name: string
  dims: number[]
  dstStrides: number[]
  srcStrides: number[]
  srcStart?: number
  srcSize: number
  dstSize: number
}

const copies: Copy[] = [
  { name: 'scalar', dims: [], dstStrides: [], srcStrides: [], srcSize: 1, dstSize: 1 },
  { name: 'empty', dims: [0, 3], dstStrides: [3, 1], srcStrides: [3, 1], srcSize: 1, dstSize: 1 },
  { name: 'empty inside', dims: [3, 0], dstStrides: [3, 1], srcStrides: [1, 3], srcSize: 1, dstSize: 1 },
  { name: 'run', dims: [1000], dstStrides: [1], srcStrides: [1], srcSize: 1000, dstSize: 1000 },
  {
    name: 'slice',
    dims: [5, 7],
    dstStrides: [7, 1],
    srcStrides: [11, 1],
    srcStart: 3,
    srcSize: 60,
    dstSize: 35,
  },
  { name: 'concat', dims: [5, 7], dstStrides: [20, 1], srcStrides: [7, 1], srcSize: 35, dstSize: 100 },
  { name: 'transpose', dims: [37, 18], dstStrides: [18, 1], srcStrides: [1, 37], srcSize: 666, dstSize: 666 },
  { name: 'transpose 3x3', dims: [3, 3], dstStrides: [3, 1], srcStrides: [1, 3], srcSize: 9, dstSize: 9 },
  {
    name: 'heads',
    dims: [2, 4, 5, 8],
    dstStrides: [160, 40, 8, 1],
    srcStrides: [160, 8, 32, 1],
    srcSize: 320,
    dstSize: 320,
  },
  {
    name: 'batched transpose',
    dims: [3, 6, 9],
    dstStrides: [54, 9, 1],
    srcStrides: [54, 1, 6],
    srcSize: 162,
    dstSize: 162,
  },
  { name: 'row broadcast', dims: [4, 6], dstStrides: [6, 1], srcStrides: [0, 1], srcSize: 6, dstSize: 24 },
  { name: 'column broadcast', dims: [4, 6], dstStrides: [6, 1], srcStrides: [1, 0], srcSize: 4, dstSize: 24 },
  { name: 'flip', dims: [9], dstStrides: [1], srcStrides: [-1], srcStart: 8, srcSize: 9, dstSize: 9 },
  {
    name: 'flip rows',
    dims: [3, 5],
    dstStrides: [5, 1],
    srcStrides: [-5, 1],
    srcStart: 10,
    srcSize: 15,
    dstSize: 15,
  },
  {
    name: 'eight dimensions',
    dims: [2, 2, 2, 2, 2, 2, 2, 2],
    dstStrides: [128, 64, 32, 16, 8, 4, 2, 1],
    srcStrides: [1, 2, 4, 8, 16, 32, 64, 128],
    srcSize: 256,
    dstSize: 256,
  },
]

/** dst by the definition: every index vector visited. */
function copyByDefinition(
  { dims, dstStrides, srcStrides, srcStart = 0, dstSize }: Copy,
  fill: number,
): number[] {
  const dst = new Array<number>(dstSize).fill(fill)
  const total = dims.reduce((product, size) => product * size, 1)
  for (let i = 0; i < total; i++) {
    let rest = i
    let to = 0
    let from = srcStart
    for (let d = dims.length - 1; d >= 0; d--) {
      to += (rest % dims[d]!) * dstStrides[d]!
      from += (rest % dims[d]!) * srcStrides[d]!
      rest = Math.floor(rest / dims[d]!)
    }
    dst[to] = from + 1
  }
  return dst
}

describe('copyStrided', () => {
  test.each(copies)('$name', (copy) => {
    const run = new PlanCase()
    const src = run.ints(Array.from({ length: copy.srcSize }, (_, i) => i + 1))
    const dst = run.room(copy.dstSize)
    run.plan.fill({ dst, n: copy.dstSize, word: -5 })
    run.plan.copyStrided({ ...copy, dst, src: src + 4 * (copy.srcStart ?? 0) })
    const { wasm, scalar } = run.run()
    const expected = copyByDefinition(copy, -5)
    expect([...wasm.ints(dst, copy.dstSize)]).toEqual(expected)
    expect([...scalar.ints(dst, copy.dstSize)]).toEqual(expected)
  })
})

test.each([0, 1, 3, 4, 9])('fill sets %i words and no more', (n) => {
  const run = new PlanCase()
  const dst = run.room(n)
  run.plan.fillFloat({ dst, n, value: 2.5 })
  const { wasm, scalar } = run.run()
  expect([...wasm.floats(dst, n)]).toEqual(new Array(n).fill(2.5))
  expect([...scalar.floats(dst, n)]).toEqual(new Array(n).fill(2.5))
})

test('iota counts along the middle axis', () => {
  const run = new PlanCase()
  const dst = run.room(12)
  run.plan.iota({ dst, outer: 2, n: 3, inner: 2 })
  const { wasm, scalar } = run.run()
  const expected = [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2]
  expect([...wasm.ints(dst, 12)]).toEqual(expected)
  expect([...scalar.ints(dst, 12)]).toEqual(expected)
})
