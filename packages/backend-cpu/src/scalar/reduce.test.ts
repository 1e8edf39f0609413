import { describe, expect, test } from 'vitest'
import { expectClose, integers, uniform } from '../testing/numbers.ts'
import { PlanCase } from '../testing/plan-case.ts'

const shapes = [
  [1, 0, 1],
  [2, 0, 5],
  [0, 3, 2],
  [1, 1, 1],
  [3, 5, 1],
  [2, 1027, 1],
  [1, 5000, 1],
  [1, 7, 3],
  [2, 300, 19],
  [1, 129, 64],
  [3, 4, 35],
] as const

const kinds = ['sum', 'max', 'min', 'intSum', 'intMax', 'intMin'] as const

describe.each(shapes)('[%i, %i, %i]', (outer, n, inner) => {
  test.each(kinds)('%s', (kind) => {
    const run = new PlanCase()
    const size = outer * n * inner
    const isInt = kind.startsWith('int')
    const src = isInt ? run.ints(integers(1, size, -1000, 1000)) : run.floats(uniform(2, size))
    const dst = run.room(outer * inner)
    run.plan.reduce({ dst, src, outer, n, inner, kind })
    const { wasm, scalar } = run.run()
    if (isInt) expect(wasm.ints(dst, outer * inner)).toEqual(scalar.ints(dst, outer * inner))
    else {
      const absolute = kind === 'sum' ? 1e-7 * Math.sqrt(n + 1) * 4 : 0
      expectClose(wasm.floats(dst, outer * inner), scalar.floats(dst, outer * inner), {
        absolute,
        relative: 1e-6,
      })
    }
  })

  test('argmax', () => {
    if (n === 0) return
    const run = new PlanCase()
    const size = outer * n * inner
    // Few different values, so that ties occur.
    const src = run.floats(Float32Array.from(integers(3, size, -3, 4)))
    const dst = run.room(outer * inner)
    run.plan.argmax({ dst, src, outer, n, inner })
    const { wasm, scalar } = run.run()
    expect(wasm.ints(dst, outer * inner)).toEqual(scalar.ints(dst, outer * inner))
  })
})

test('an empty axis gives the identity', () => {
  const expected = {
    sum: 0,
    max: -Infinity,
    min: Infinity,
    intSum: 0,
    intMax: -(2 ** 31),
    intMin: 2 ** 31 - 1,
  }
  for (const kind of kinds) {
    const run = new PlanCase()
    const src = run.floats([])
    const dst = run.room(2)
    run.plan.reduce({ dst, src, outer: 1, n: 0, inner: 2, kind })
    const { wasm } = run.run()
    const result = kind.startsWith('int') ? wasm.ints(dst, 2) : wasm.floats(dst, 2)
    expect([...result]).toEqual([expected[kind], expected[kind]])
  }
})

test.each(['max', 'min'] as const)('%s propagates NaN along both axes', (kind) => {
  const values = [1, 2, Number.NaN, 4, 5, 6]
  for (const [outer, n, inner] of [
    [1, 6, 1],
    [1, 3, 2],
  ] as const) {
    const run = new PlanCase()
    const src = run.floats(values)
    const dst = run.room(inner)
    run.plan.reduce({ dst, src, outer, n, inner, kind })
    const { wasm, scalar } = run.run()
    expect(wasm.floats(dst, 1)[0]).toBeNaN()
    expect(scalar.floats(dst, 1)[0]).toBeNaN()
  }
})

test.each([1, 2])('argmax: the first NaN wins, then the lowest index of equals (inner %i)', (inner) => {
  const rows = [
    [1, 3, 3, 2, 3, 0, 1],
    [1, Number.NaN, 9, Number.NaN, 3, 0, 1],
    new Array(7).fill(Number.NEGATIVE_INFINITY),
  ]
  for (const [i, row] of rows.entries()) {
    const run = new PlanCase()
    const src = run.floats(inner === 1 ? row : row.flatMap((x: number) => [x, x]))
    const dst = run.room(inner)
    run.plan.argmax({ dst, src, outer: 1, n: 7, inner })
    const { wasm, scalar } = run.run()
    const expected = new Array(inner).fill([1, 1, 0][i])
    expect([...wasm.ints(dst, inner)]).toEqual(expected)
    expect([...scalar.ints(dst, inner)]).toEqual(expected)
  }
})

test.each([1, 4, 16])('long sums of positive numbers within 2e-6 (inner %i)', (inner) => {
  const n = 200_000
  const values = uniform(8, n * inner, 0, 1)
  const run = new PlanCase()
  const dst = run.room(inner)
  run.plan.reduce({ dst, src: run.floats(values), outer: 1, n, inner, kind: 'sum' })
  const { wasm } = run.run()
  for (let i = 0; i < inner; i++) {
    let expected = 0
    for (let j = 0; j < n; j++) expected += values[j * inner + i]!
    expect(Math.abs(wasm.floats(dst, inner)[i]! / expected - 1)).toBeLessThan(2e-6)
  }
})
