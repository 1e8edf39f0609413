import { expect, test } from 'vitest'
import { normScratchBytes } from '../plan/scratch.ts'
import { expectClose, uniform } from '../testing/numbers.ts'
import { PlanCase } from '../testing/plan-case.ts'

const sizes = [
  [0, 3],
  [1, 1],
  [3, 5],
  [130, 18],
  [2, 1030],
] as const

const tolerance = { absolute: 3e-6, relative: 2e-5 }

test.each(sizes)('norms and their gradients of %i rows of %i', (rows, n) => {
  for (const centred of [0, 1]) {
    const run = new PlanCase()
    const [x, dY] = [run.floats(uniform(1, rows * n, -3, 3)), run.floats(uniform(2, rows * n))]
    const [weight, bias] = [run.floats(uniform(3, n)), run.floats(uniform(4, n))]
    const [dst, plain, dX] = [run.room(rows * n), run.room(rows * n), run.room(rows * n)]
    const [dWeight, dBias] = [run.room(n), run.room(n)]
    const common = { x, weight, rows, n, epsilon: 0.01, centred }
    run.plan.emit('norm', { ...common, dst, bias })
    run.plan.emit('norm', { ...common, dst: plain, bias: 0 })
    const scratch = run.scratch(normScratchBytes(rows, n))
    run.plan.emit('normGrad', { ...common, dX, dWeight, dBias, dY, scratch })
    const { wasm, scalar } = run.run()
    for (const [at, count] of [
      [dst, rows * n],
      [plain, rows * n],
      [dX, rows * n],
      [dWeight, n],
      [dBias, n],
    ] as const) {
      expectClose(wasm.floats(at, count), scalar.floats(at, count), tolerance)
    }
  }
})

test('results may replace what they are made from', () => {
  const [rows, n] = [3, 6]
  const run = new PlanCase()
  const values = uniform(1, rows * n)
  const [weight, dYs] = [run.floats(uniform(3, n)), uniform(2, rows * n)]
  const common = { weight, rows, n, epsilon: 0.01, centred: 1 }
  const [apart, over] = [run.room(rows * n), run.floats(values)]
  run.plan.emit('norm', { ...common, dst: apart, x: run.floats(values), bias: 0 })
  run.plan.emit('norm', { ...common, dst: over, x: over, bias: 0 })
  const grads = { ...common, dWeight: run.room(n), dBias: 0, scratch: run.scratch(normScratchBytes(rows, n)) }
  const [x, dY] = [run.floats(values), run.floats(dYs)]
  const [dX, overX, overDY] = [run.room(rows * n), run.floats(values), run.floats(dYs)]
  run.plan.emit('normGrad', { ...grads, dX, x, dY })
  run.plan.emit('normGrad', { ...grads, dX: overX, x: overX, dY })
  run.plan.emit('normGrad', { ...grads, dX: overDY, x, dY: overDY })
  const { wasm, scalar } = run.run()
  for (const walker of [wasm, scalar]) {
    expect(walker.floats(over, rows * n)).toEqual(walker.floats(apart, rows * n))
    expect(walker.floats(overX, rows * n)).toEqual(walker.floats(dX, rows * n))
    expect(walker.floats(overDY, rows * n)).toEqual(walker.floats(dX, rows * n))
  }
})
