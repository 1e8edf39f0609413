import { describe, expect, test } from 'vitest'
import { expectClose, integers, uniform } from '../testing/numbers.ts'
import { PlanCase } from '../testing/plan-case.ts'
import { torchFixtures } from '../testing/torch-fixtures.ts'

const sizes = [
  [0, 3],
  [2, 0],
  [3, 1],
  [4, 3],
  [2, 4],
  [3, 17],
  [2, 1024],
  [1, 5003],
] as const

const tolerance = { absolute: 1e-6, relative: 1e-5 }

describe.each(sizes)('%i rows of %i', (rows, n) => {
  const x = uniform(1, rows * n, -8, 8)
  const dy = uniform(2, rows * n)

  test('softmax, log-softmax and their gradients', () => {
    const run = new PlanCase()
    const [src, grad] = [run.floats(x), run.floats(dy)]
    const [y, logY, dx, dLog] = Array.from({ length: 4 }, () => run.room(rows * n)) as [
      number,
      number,
      number,
      number,
    ]
    run.plan.softmax({ dst: y, src, rows, n })
    run.plan.logSoftmax({ dst: logY, src, rows, n })
    run.plan.softmaxGrad({ dst: dx, y, dy: grad, rows, n })
    run.plan.logSoftmaxGrad({ dst: dLog, y: logY, dy: grad, rows, n })
    const { wasm, scalar } = run.run()
    for (const at of [y, logY, dx, dLog]) {
      expectClose(wasm.floats(at, rows * n), scalar.floats(at, rows * n), { absolute: 3e-6, relative: 1e-5 })
    }
    if (n === 0) return
    for (let row = 0; row < rows; row++) {
      const sum = wasm
        .floats(y, rows * n)
        .subarray(row * n, row * n + n)
        .reduce((total, p) => total + p, 0)
      expect(sum).toBeCloseTo(1, 5)
    }
  })

  test.each([0, 0.1])('cross-entropy and its gradient, smoothing %f', (smoothing) => {
    if (n === 0) return
    const run = new PlanCase()
    const logits = run.floats(x)
    const labels = run.ints(integers(3, rows, 0, n))
    const dLoss = run.floats(uniform(4, rows, 0.5, 1).map((value, i) => (i === 1 ? 0 : value)))
    const [loss, dLogits] = [run.room(rows), run.room(rows * n)]
    run.plan.crossEntropy({ loss, logits, labels, rows, n, smoothing })
    run.plan.crossEntropyGrad({ dLogits, logits, labels, dLoss, rows, n, smoothing })
    const { wasm, scalar } = run.run()
    expectClose(wasm.floats(loss, rows), scalar.floats(loss, rows), tolerance)
    expectClose(wasm.floats(dLogits, rows * n), scalar.floats(dLogits, rows * n), tolerance)
  })
})

test('rows of -Infinity, with NaN, and with one Infinity masked out', () => {
  const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN]
  const x = [-inf, -inf, -inf, -inf, -inf, 1, nan, 2, 3, 4, 0, -inf, 0, -inf, -inf]
  const run = new PlanCase()
  const src = run.floats(x)
  const [y, logY] = [run.room(15), run.room(15)]
  run.plan.softmax({ dst: y, src, rows: 3, n: 5 })
  run.plan.logSoftmax({ dst: logY, src, rows: 3, n: 5 })
  const { wasm, scalar } = run.run()
  const log2 = Math.fround(Math.log(2))
  for (const walker of [wasm, scalar]) {
    expect([...walker.floats(y, 15)]).toEqual([0, 0, 0, 0, 0, nan, nan, nan, nan, nan, 0.5, 0, 0.5, 0, 0])
    expect([...walker.floats(logY, 15)]).toEqual([
      ...new Array(5).fill(-inf),
      ...new Array(5).fill(nan),
      -log2,
      -inf,
      -log2,
      -inf,
      -inf,
    ])
  }
})

test('the loss of a row of -Infinity is infinite, and its softmax 0', () => {
  const inf = Number.POSITIVE_INFINITY
  const run = new PlanCase()
  const parts = {
    logits: run.floats(new Array(5).fill(-inf)),
    labels: run.ints([1]),
    rows: 1,
    n: 5,
    smoothing: 0,
  }
  const [loss, smoothed, dLogits] = [run.room(1), run.room(1), run.room(5)]
  run.plan.crossEntropy({ ...parts, loss })
  run.plan.crossEntropy({ ...parts, loss: smoothed, smoothing: 0.5 })
  run.plan.crossEntropyGrad({ ...parts, dLogits, dLoss: run.floats([2]) })
  const { wasm, scalar } = run.run()
  for (const walker of [wasm, scalar]) {
    expect([walker.floats(loss, 1)[0], walker.floats(smoothed, 1)[0]]).toEqual([inf, inf])
    expect(Array.from(walker.floats(dLogits, 5), (d) => d + 0)).toEqual([0, -2, 0, 0, 0])
  }
})

test('large logits do not overflow, and results may replace their inputs', () => {
  const run = new PlanCase()
  const src = run.floats([1e4, 1e4, -1e4])
  run.plan.softmax({ dst: src, src, rows: 1, n: 3 })
  const { wasm, scalar } = run.run()
  expect([...wasm.floats(src, 3)]).toEqual([0.5, 0.5, 0])
  expect([...scalar.floats(src, 3)]).toEqual([0.5, 0.5, 0])
})

test('gradients may replace their inputs', () => {
  const [rows, n] = [2, 7]
  const [y, dy] = [uniform(1, rows * n, -3, 0), uniform(2, rows * n)]
  const run = new PlanCase()
  const [apartY, apartDy] = [run.floats(y), run.floats(dy)]
  const labels = run.ints([3, 6])
  const dLoss = run.floats([1, 0.5])
  const pairs: [number, number][] = []
  for (const name of ['softmaxGrad', 'logSoftmaxGrad'] as const) {
    const apart = run.room(rows * n)
    run.plan[name]({ dst: apart, y: apartY, dy: apartDy, rows, n })
    const [overY, overDy] = [run.floats(y), run.floats(dy)]
    run.plan[name]({ dst: overY, y: overY, dy: apartDy, rows, n })
    run.plan[name]({ dst: overDy, y: apartY, dy: overDy, rows, n })
    pairs.push([apart, overY], [apart, overDy])
  }
  const [apart, over] = [run.room(rows * n), run.floats(y)]
  run.plan.crossEntropyGrad({ dLogits: apart, logits: apartY, labels, dLoss, rows, n, smoothing: 0.1 })
  run.plan.crossEntropyGrad({ dLogits: over, logits: over, labels, dLoss, rows, n, smoothing: 0.1 })
  pairs.push([apart, over])
  const { wasm, scalar } = run.run()
  for (const walker of [wasm, scalar]) {
    for (const [first, second] of pairs) {
      expect(walker.floats(second, rows * n)).toEqual(walker.floats(first, rows * n))
    }
  }
})

test('cross-entropy with label smoothing is that of PyTorch', () => {
  const torch = torchFixtures.crossEntropy
  const { rows, n, smoothing } = torch
  const run = new PlanCase()
  const [logits, labels, dLoss] = [run.floats(torch.logits), run.ints(torch.labels), run.floats(torch.dLoss)]
  const [loss, dLogits] = [run.room(rows), run.room(rows * n)]
  run.plan.crossEntropy({ loss, logits, labels, rows, n, smoothing })
  run.plan.crossEntropyGrad({ dLogits, logits, labels, dLoss, rows, n, smoothing })
  const { wasm, scalar } = run.run()
  for (const walker of [wasm, scalar]) {
    expectClose(walker.floats(loss, rows), torch.loss, tolerance)
    expectClose(walker.floats(dLogits, rows * n), torch.dLogits, tolerance)
  }
})
