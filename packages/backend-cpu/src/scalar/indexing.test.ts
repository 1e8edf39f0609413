import { describe, expect, test } from 'vitest'
import { expectClose, integers, uniform } from '../testing/numbers.ts'
import { PlanCase } from '../testing/plan-case.ts'

const shapes = [
  { outer: 1, axisSize: 5, count: 7, inner: 3 },
  { outer: 3, axisSize: 4, count: 6, inner: 1 },
  { outer: 2, axisSize: 9, count: 11, inner: 130 },
  { outer: 1, axisSize: 1, count: 1, inner: 1 },
  { outer: 2, axisSize: 3, count: 0, inner: 4 },
  { outer: 0, axisSize: 3, count: 2, inner: 4 },
]

describe.each(shapes)('outer $outer, axis $axisSize, count $count, inner $inner', (shape) => {
  const { outer, axisSize, count, inner } = shape
  const table = uniform(1, outer * axisSize * inner)
  const values = uniform(2, outer * count * inner)

  test('gather', () => {
    const run = new PlanCase()
    const ids = integers(3, count, 0, axisSize)
    const dst = run.room(values.length)
    run.plan.gather({ dst, table: run.floats(table), ids: run.ints(ids), ...shape })
    const { wasm, scalar } = run.run()
    const expected = Float32Array.from({ length: values.length }, (_, e) => {
      const [o, i, k] = [Math.floor(e / (count * inner)), Math.floor(e / inner) % count, e % inner]
      return table[(o * axisSize + ids[i]!) * inner + k]!
    })
    expect(wasm.floats(dst, values.length)).toEqual(expected)
    expect(scalar.floats(dst, values.length)).toEqual(expected)
  })

  test.each([0, 1])('scatterAdd, accumulate %i', (accumulate) => {
    const run = new PlanCase()
    const ids = run.ints(integers(4, count, 0, axisSize))
    const dst = run.floats(table)
    run.plan.scatterAdd({ dst, updates: run.floats(values), ids, ...shape, accumulate, isInt: 0 })
    const { wasm, scalar } = run.run()
    expectClose(wasm.floats(dst, table.length), scalar.floats(dst, table.length), { absolute: 1e-6 })
  })

  test('gatherAlong and its transpose', () => {
    const run = new PlanCase()
    const ids = run.ints(integers(5, values.length, 0, axisSize))
    const dst = run.room(values.length)
    const sums = run.floats(table)
    run.plan.gatherAlong({ dst, src: run.floats(table), ids, ...shape })
    run.plan.scatterAlongAdd({
      dst: sums,
      updates: run.floats(values),
      ids,
      ...shape,
      accumulate: 0,
      isInt: 0,
    })
    const { wasm, scalar } = run.run()
    const picked = wasm.floats(dst, values.length)
    expect(picked).toEqual(scalar.floats(dst, values.length))
    expectClose(wasm.floats(sums, table.length), scalar.floats(sums, table.length), { absolute: 1e-6 })
    // <gather(t), v> = <t, scatter(v)>
    const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
    expect(dot(picked, values)).toBeCloseTo(dot(table, wasm.floats(sums, table.length)), 3)
  })

  test.each([-100, 0, 1, 100])('dynamic slice and update from %i, clamped', (start) => {
    if (count > axisSize) return
    const run = new PlanCase()
    const slice = run.room(values.length)
    const updated = run.floats(table)
    const at = run.ints([start])
    run.plan.dynamicSlice({ dst: slice, src: run.floats(table), start: at, ...shape })
    run.plan.dynamicUpdate({ dst: updated, update: run.floats(values), start: at, ...shape })
    const { wasm, scalar } = run.run()
    expect(wasm.floats(slice, values.length)).toEqual(scalar.floats(slice, values.length))
    expect(wasm.floats(updated, table.length)).toEqual(scalar.floats(updated, table.length))
  })
})

test.each(['scatterAdd', 'scatterAlongAdd'] as const)('%s adds ints exactly, and wraps', (name) => {
  const run = new PlanCase()
  const dst = run.ints([16777217, 1, 2 ** 31 - 1, 5, 6])
  const sizes = { outer: 1, axisSize: 5, count: 3, inner: 1, accumulate: 1, isInt: 1 }
  run.plan[name]({ dst, updates: run.ints([2, -3, 1]), ids: run.ints([0, 1, 2]), ...sizes })
  const { wasm, scalar } = run.run()
  expect([...wasm.ints(dst, 5)]).toEqual([16777219, -2, -(2 ** 31), 5, 6])
  expect([...scalar.ints(dst, 5)]).toEqual([16777219, -2, -(2 ** 31), 5, 6])
})

test('scatterAdd adds repeated indices', () => {
  const run = new PlanCase()
  const dst = run.room(6)
  const updates = run.floats([1, 2, 3, 4, 5, 6])
  run.plan.scatterAdd({
    dst,
    updates,
    ids: run.ints([2, 0, 2]),
    outer: 1,
    axisSize: 3,
    count: 3,
    inner: 2,
    accumulate: 0,
    isInt: 0,
  })
  const { wasm, scalar } = run.run()
  expect([...wasm.floats(dst, 6)]).toEqual([3, 4, 0, 0, 6, 8])
  expect([...scalar.floats(dst, 6)]).toEqual([3, 4, 0, 0, 6, 8])
})

test('a slice of three from 1, and one that would run over the end', () => {
  const run = new PlanCase()
  const src = run.floats([0, 1, 2, 3, 4])
  const sizes = { outer: 1, axisSize: 5, count: 3, inner: 1 }
  const first = run.room(3)
  const second = run.room(3)
  run.plan.dynamicSlice({ dst: first, src, start: run.ints([1]), ...sizes })
  run.plan.dynamicSlice({ dst: second, src, start: run.ints([4]), ...sizes })
  const { wasm } = run.run()
  expect([...wasm.floats(first, 3)]).toEqual([1, 2, 3])
  expect([...wasm.floats(second, 3)]).toEqual([2, 3, 4])
})

describe('an index out of range stops the walk and is told', () => {
  const sizes = { outer: 1, axisSize: 3, count: 2, inner: 1 }
  const instructions = {
    gather: (run: PlanCase, ids: number) =>
      run.plan.gather({ dst: run.room(2), table: run.floats([1, 2, 3]), ids, ...sizes }).dst,
    scatterAdd: (run: PlanCase, ids: number) =>
      run.plan.scatterAdd({
        dst: run.room(3),
        updates: run.floats([1, 2]),
        ids,
        ...sizes,
        accumulate: 0,
        isInt: 0,
      }).dst,
    gatherAlong: (run: PlanCase, ids: number) =>
      run.plan.gatherAlong({ dst: run.room(2), src: run.floats([1, 2, 3]), ids, ...sizes }).dst,
    scatterAlongAdd: (run: PlanCase, ids: number) =>
      run.plan.scatterAlongAdd({
        dst: run.room(3),
        updates: run.floats([1, 2]),
        ids,
        ...sizes,
        accumulate: 0,
        isInt: 0,
      }).dst,
    crossEntropy: (run: PlanCase, ids: number) =>
      run.plan.crossEntropy({
        loss: run.room(2),
        logits: run.floats([1, 2, 3, 4, 5, 6]),
        labels: ids,
        rows: 2,
        n: 3,
        smoothing: 0,
      }).loss,
  }
  const cases = Object.entries(instructions).flatMap(([name, write]) =>
    [-1, 3].map((id) => ({ name, write, id })),
  )
  test.each(cases)('$name, index $id', ({ write, id }) => {
    const run = new PlanCase()
    const ids = run.ints([0, id])
    run.plan.fill({ dst: run.room(1), n: 1, word: 0 })
    const position = write(run, ids)
    const { wasm, scalar, start } = run.run()
    const error = { code: 2, address: start + 4 * (position - 2), value: id }
    expect(wasm.error).toEqual(error)
    expect(scalar.error).toEqual(error)
  })
})
