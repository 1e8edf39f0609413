import { describe, expect, test } from 'vitest'
import type { ChainLeaf, ChainOp } from '../plan/chain.ts'
import { type ElementwiseOp, elementwiseOps } from '../plan/elementwise-ops.ts'
import { elementwiseScratchBytes } from '../plan/scratch.ts'
import { integers, ulps, uniform } from '../testing/numbers.ts'
import { PlanCase } from '../testing/plan-case.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

/** Values where elementary functions go wrong: zeros, ends of ranges, subnormals, and the infinite. */
const edges = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  nan,
  inf,
  -inf,
  1e-45,
  -1e-45,
  1e-40,
  1.1754944e-38,
  3.4028235e38,
  -3.4028235e38,
  88.7,
  88.73,
  -87.3,
  -88,
  -103,
  -104,
  -110,
  1e10,
  -1e10,
  0.6249,
  0.625,
  -0.625,
  9.1,
  3.9999,
  4,
  4.1,
  1e-8,
  1e-4,
  Math.PI,
  1.5707964,
  0.70710677,
  Math.SQRT1_2,
  Math.SQRT2,
  16777216,
]

const unaryFloat: { op: ElementwiseOp; ulps: number; low: number; high: number }[] = [
  { op: 'neg', ulps: 0, low: -10, high: 10 },
  { op: 'abs', ulps: 0, low: -10, high: 10 },
  { op: 'sign', ulps: 0, low: -10, high: 10 },
  { op: 'floor', ulps: 0, low: -10, high: 10 },
  { op: 'exp', ulps: 2, low: -104, high: 89 },
  { op: 'exp', ulps: 2, low: -1, high: 1 },
  { op: 'log', ulps: 2, low: 0, high: 10 },
  { op: 'log', ulps: 2, low: 0.9, high: 1.1 },
  { op: 'sqrt', ulps: 0, low: 0, high: 10 },
  { op: 'rsqrt', ulps: 1, low: 0, high: 10 },
  { op: 'tanh', ulps: 4, low: -10, high: 10 },
  { op: 'tanh', ulps: 4, low: -0.7, high: 0.7 },
  { op: 'sigmoid', ulps: 4, low: -100, high: 20 },
  { op: 'erf', ulps: 4, low: -4, high: 4 },
  { op: 'floatToInt', ulps: 0, low: -3e9, high: 3e9 },
  { op: 'floatToBool', ulps: 0, low: -1, high: 1 },
]

/** Runs one chain with a single output on both walkers. */
function runChain(
  n: number,
  leaves: (run: PlanCase) => ChainLeaf[],
  ops: Omit<ChainOp, 'output'>[],
  unaligned = 0,
) {
  const run = new PlanCase()
  const placed = leaves(run)
  const dst = run.room(n, unaligned)
  const scratch = run.scratch(elementwiseScratchBytes(placed.length, ops.length))
  const chain = ops.map((op, j) => (j === ops.length - 1 ? { ...op, output: dst } : op))
  run.plan.elementwise({ n, leaves: placed, ops: chain, scratch })
  const { wasm, scalar } = run.run()
  return {
    floats: { wasm: wasm.floats(dst, n), scalar: scalar.floats(dst, n) },
    ints: { wasm: wasm.ints(dst, n), scalar: scalar.ints(dst, n) },
  }
}

function runOp(op: ElementwiseOp, ...values: ArrayLike<number>[]) {
  const isInt = /^i[A-Z]/.test(op) || ['and', 'or', 'not', 'intToFloat', 'intToBool'].includes(op)
  const leaves = (run: PlanCase): ChainLeaf[] =>
    values.map((value) => ({ mode: 'full', pointer: isInt ? run.ints(value) : run.floats(value) }))
  return runChain(values[0]!.length, leaves, [{ op, operands: values.map((_, i) => i) }])
}

function worstUlps(actual: ArrayLike<number>, expected: ArrayLike<number>): { ulps: number; at: number } {
  let worst = { ulps: 0, at: 0 }
  for (let i = 0; i < expected.length; i++) {
    const distance = ulps(actual[i]!, expected[i]!)
    if (distance > worst.ulps) worst = { ulps: distance, at: i }
  }
  return worst
}

describe('float functions of one operand', () => {
  test.each(unaryFloat)(
    '$op on [$low, $high] and at the edges within $ulps ulp',
    ({ op, ulps: limit, low, high }) => {
      const x = Float32Array.from([...edges, ...uniform(1, 20001, low, high)])
      const isInt = op.startsWith('floatTo')
      const result = runOp(op, x)
      const { wasm, scalar } = isInt ? result.ints : result.floats
      const worst = worstUlps(wasm, scalar)
      expect(
        worst.ulps,
        `x = ${x[worst.at]}: ${wasm[worst.at]}, expected ${scalar[worst.at]}`,
      ).toBeLessThanOrEqual(limit)
    },
  )

  test.each(['sin', 'cos'] as const)('%s within 1.5e-7 up to 1e4, NaN at infinity', (op) => {
    const x = Float32Array.from([...uniform(2, 20001, -10, 10), ...uniform(3, 20001, -1e4, 1e4)])
    const { wasm, scalar } = runOp(op, x).floats
    const worst = Math.max(...wasm.map((value, i) => Math.abs(value - scalar[i]!)))
    expect(worst).toBeLessThan(1.5e-7)
    expect([...runOp(op, [inf, -inf, nan, 0]).floats.wasm]).toEqual([nan, nan, nan, Math[op](0)])
  })

  test('values known from tables', () => {
    // erf: Abramowitz and Stegun 1964, table 7.1.
    expect(ulps(runOp('erf', [0.5]).floats.wasm[0]!, 0.5204998778)).toBeLessThanOrEqual(2)
    expect(ulps(runOp('erf', [1.5]).floats.wasm[0]!, 0.9661051465)).toBeLessThanOrEqual(2)
    expect(ulps(runOp('erf', [0.5]).floats.scalar[0]!, 0.5204998778)).toBe(0)
    expect(ulps(runOp('erf', [2.5]).floats.scalar[0]!, 0.999593048)).toBe(0)
    expect(ulps(runOp('exp', [1]).floats.wasm[0]!, Math.E)).toBeLessThanOrEqual(1)
    expect(ulps(runOp('log', [10]).floats.wasm[0]!, Math.LN10)).toBeLessThanOrEqual(1)
  })
})

/** Every pair of the values. */
function pairs(values: ArrayLike<number>): [Float64Array, Float64Array] {
  const list = Array.from(values)
  const left = list.flatMap((a) => list.map(() => a))
  return [Float64Array.from(left), Float64Array.from(list.flatMap(() => list))]
}

describe('functions of two operands', () => {
  const exact = ['add', 'sub', 'mul', 'div', 'max', 'min', 'equal', 'less', 'lessEqual'] as const
  test.each(exact)('%s agrees to the bit, at the edges too', (op) => {
    const [a, b] = pairs([...edges, ...uniform(4, 40, -3, 3)])
    const { wasm, scalar } = runOp(op, a, b).floats
    expect(worstUlps(wasm, scalar).ulps).toBe(0)
  })

  test('max and min propagate NaN from either side', () => {
    expect([...runOp('max', [nan, 1, 1], [1, nan, 2]).floats.wasm]).toEqual([nan, nan, 2])
    expect([...runOp('min', [nan, 1, 1], [1, nan, 2]).floats.wasm]).toEqual([nan, nan, 1])
  })

  test('pow is that of IEEE 754 within 1 ulp', () => {
    const [a, b] = pairs([...edges, 3, -3, 0.1, 1 / 3, 7.5, ...uniform(5, 60, -4, 4)].map(Math.fround))
    const { wasm, scalar } = runOp('pow', a, b).floats
    const worst = worstUlps(wasm, scalar)
    expect(
      worst.ulps,
      `${a[worst.at]} ** ${b[worst.at]}: ${wasm[worst.at]}, not ${scalar[worst.at]}`,
    ).toBeLessThanOrEqual(1)
  })

  const ints = [
    'iAdd',
    'iSub',
    'iMul',
    'iDiv',
    'iMax',
    'iMin',
    'iEqual',
    'iLess',
    'iLessEqual',
    'and',
    'or',
  ] as const
  test.each(ints)('%s agrees on integers and their ends', (op) => {
    const [a, b] = pairs([0, 1, -1, 7, -7, 2 ** 31 - 1, -(2 ** 31), ...integers(6, 20, -100, 100)])
    const { wasm, scalar } = runOp(op, a, b).ints
    expect(wasm).toEqual(scalar)
  })

  test('integer division truncates, and gives 0 by 0', () => {
    expect([...runOp('iDiv', [7, -7, 5, -(2 ** 31)], [2, 2, 0, -1]).ints.wasm]).toEqual([
      3,
      -3,
      0,
      -(2 ** 31),
    ])
  })
})

describe('functions of integers', () => {
  const ops = ['iNeg', 'iAbs', 'iSign', 'intToFloat', 'intToBool', 'not'] as const
  test.each(ops)('%s', (op) => {
    const { wasm, scalar } = runOp(op, [0, 1, -1, 5, -9, 2 ** 31 - 1, -(2 ** 31), 16777217]).ints
    expect(wasm).toEqual(scalar)
  })

  test('floatToInt saturates', () => {
    expect([...runOp('floatToInt', [1.9, -1.9, nan, inf, -3e9]).ints.wasm]).toEqual([
      1,
      -1,
      0,
      2 ** 31 - 1,
      -(2 ** 31),
    ])
  })
})

test('every operation has a test above', () => {
  const tested = new Set<string>(unaryFloat.map(({ op }) => op))
  for (const op of ['sin', 'cos', 'pow', 'copy', 'select']) tested.add(op)
  for (const op of ['add', 'sub', 'mul', 'div', 'max', 'min', 'equal', 'less', 'lessEqual', 'and', 'or'])
    tested.add(op)
  for (const op of ['iAdd', 'iSub', 'iMul', 'iDiv', 'iMax', 'iMin', 'iEqual', 'iLess', 'iLessEqual'])
    tested.add(op)
  for (const op of ['iNeg', 'iAbs', 'iSign', 'intToFloat', 'intToBool', 'not']) tested.add(op)
  expect([...tested].sort()).toEqual(Object.keys(elementwiseOps).sort())
})

describe('leaves', () => {
  const sizes = [0, 1, 2, 3, 4, 5, 511, 512, 513, 1024, 2051]

  test.each(sizes)('full and scalar leaves, %i elements', (n) => {
    const x = uniform(7, n)
    const leaves = (run: PlanCase): ChainLeaf[] => [
      { mode: 'full', pointer: run.floats(x) },
      { mode: 'scalar', pointer: run.floats([3]) },
    ]
    const ops = [
      { op: 'mul', operands: [0, 1] },
      { op: 'add', operands: [2, 0] },
    ] as const
    const { wasm, scalar } = runChain(n, leaves, [...ops]).floats
    const expected = x.map((value) => Math.fround(Math.fround(value * 3) + value))
    expect(wasm).toEqual(expected)
    expect(scalar).toEqual(expected)
  })

  test.each([
    { p: 6, r: 4, blocks: 1 },
    { p: 1, r: 5, blocks: 7 },
    { p: 1, r: 700, blocks: 3 },
    { p: 3, r: 5, blocks: 11 },
    { p: 130, r: 3, blocks: 2 },
    { p: 1000, r: 2, blocks: 1 },
    { p: 1, r: 1, blocks: 9 },
  ])('broadcast of $blocks blocks of $p, each $r times', ({ p, r, blocks }) => {
    const n = p * r * blocks
    const x = uniform(8, p * blocks)
    const leaves = (run: PlanCase): ChainLeaf[] => [{ mode: 'broadcast', pointer: run.floats(x), p, r }]
    const { wasm, scalar } = runChain(n, leaves, [{ op: 'copy', operands: [0] }]).floats
    const expected = Float32Array.from({ length: n }, (_, i) => x[Math.floor(i / (p * r)) * p + (i % p)]!)
    expect(wasm).toEqual(expected)
    expect(scalar).toEqual(expected)
  })

  test('tensors that are not aligned to 16 bytes', () => {
    const x = uniform(9, 1029)
    const leaves = (run: PlanCase): ChainLeaf[] => [{ mode: 'full', pointer: run.floats(x, 1) }]
    const { wasm } = runChain(1029, leaves, [{ op: 'neg', operands: [0] }], 3).floats
    expect(wasm).toEqual(x.map((value) => -value))
  })

  test('select takes words by a condition', () => {
    const leaves = (run: PlanCase): ChainLeaf[] => [
      { mode: 'full', pointer: run.ints([1, 0, 1, 0, 5]) },
      { mode: 'full', pointer: run.floats([1, 2, 3, nan, 5]) },
      { mode: 'scalar', pointer: run.floats([-1]) },
    ]
    const { wasm, scalar } = runChain(5, leaves, [{ op: 'select', operands: [0, 1, 2] }]).floats
    expect([...wasm]).toEqual([1, -1, 3, -1, 5])
    expect([...scalar]).toEqual([1, -1, 3, -1, 5])
  })
})

describe('chains', () => {
  test.each([5, 512, 1031])('several outputs, one over an input, %i elements', (n) => {
    const x = uniform(10, n, -2, 2)
    const run = new PlanCase()
    const inPlace = run.floats(x)
    const second = run.room(n)
    const scratch = run.scratch(elementwiseScratchBytes(1, 3))
    // y = exp(x); z = y + 1 → second; x ← y · y
    run.plan.elementwise({
      n,
      scratch,
      leaves: [{ mode: 'full', pointer: inPlace }],
      ops: [
        { op: 'exp', operands: [0] },
        { op: 'add', operands: [1, 1], output: second },
        { op: 'mul', operands: [1, 2], output: inPlace },
      ],
    })
    const { wasm } = run.run()
    for (let i = 0; i < n; i++) {
      const y = Math.exp(x[i]!)
      expect(Math.abs(wasm.floats(second, n)[i]! - 2 * y)).toBeLessThan(2e-6)
      expect(Math.abs(wasm.floats(inPlace, n)[i]! - 2 * y * y)).toBeLessThan(3e-5)
    }
  })

  test('an unknown operation stops the walk', () => {
    const run = new PlanCase()
    const leaves = [{ mode: 'full', pointer: run.floats([1]) }] as const
    const scratch = run.scratch(elementwiseScratchBytes(1, 1))
    const { outputs } = run.plan.elementwise({ n: 1, leaves, ops: [{ op: 'neg', operands: [0] }], scratch })
    run.plan.set(outputs[0]! - 5, 99)
    const { wasm, scalar } = run.run()
    expect([wasm.code, scalar.code]).toEqual([1, 1])
  })
})
