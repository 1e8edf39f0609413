import { describe, expect, test } from 'vitest'
import { expectClose, uniform } from '../testing/numbers.ts'
import { PlanCase } from '../testing/plan-case.ts'
import { torchFixtures } from '../testing/torch-fixtures.ts'

describe.each(['adam', 'adamw'] as const)('%s', (kind) => {
  test('three steps in place are those of PyTorch', () => {
    const torch = torchFixtures[kind]
    const n = torch.start.length
    const run = new PlanCase()
    const [param, m, v] = [
      run.floats(torch.start),
      run.floats(new Float32Array(n)),
      run.floats(new Float32Array(n)),
    ]
    const [learningRate, gradScale] = [run.floats([0.01]), run.floats([0.5])]
    for (let t = 1; t <= 3; t++) {
      // The scale is undone here, so that it is seen to act.
      const grad = run.floats(torch.grads.slice((t - 1) * n, t * n).map((g) => 2 * g))
      const [correction1, correction2] = [run.floats([1 - 0.9 ** t]), run.floats([1 - 0.98 ** t])]
      const pointers = { paramOut: param, mOut: m, vOut: v, param, grad, m, v }
      const scalars = { learningRate, correction1, correction2, gradScale }
      const settings = {
        n,
        beta1: 0.9,
        beta2: 0.98,
        eps: 1e-8,
        weightDecay: 0.1,
        decoupled: kind === 'adamw',
      }
      run.plan.adam({ ...pointers, ...scalars, ...settings })
    }
    const { wasm, scalar } = run.run()
    for (const walker of [wasm, scalar]) {
      expectClose(walker.floats(param, n), torch.param, { absolute: 1e-6, relative: 1e-6 })
      expectClose(walker.floats(m, n), torch.m, { absolute: 1e-7, relative: 1e-6 })
      expectClose(walker.floats(v, n), torch.v, { absolute: 1e-7, relative: 1e-6 })
    }
  })

  test.each([0, 1, 4, 1023])('%i elements to other places, inputs untouched', (n) => {
    const run = new PlanCase()
    const values = [1, 2, 3].map((seed) => uniform(seed, n)) as [Float32Array, Float32Array, Float32Array]
    const [param, grad, m, v] = [...values, uniform(4, n, 0, 1)].map((x) => run.floats(x)) as [
      number,
      number,
      number,
      number,
    ]
    const [paramOut, mOut, vOut] = [run.room(n), run.room(n), run.room(n)]
    const [learningRate, correction1, correction2, gradScale] = [0.1, 0.19, 0.002, 1].map((x) =>
      run.floats([x]),
    ) as [number, number, number, number]
    run.plan.adam({
      ...{ paramOut, mOut, vOut, param, grad, m, v, learningRate, correction1, correction2, gradScale },
      ...{ n, beta1: 0.9, beta2: 0.999, eps: 1e-6, weightDecay: 0.01, decoupled: kind === 'adamw' },
    })
    const { wasm, scalar } = run.run()
    for (const at of [paramOut, mOut, vOut]) {
      expectClose(wasm.floats(at, n), scalar.floats(at, n), { absolute: 1e-6, relative: 1e-5 })
    }
    expect(wasm.floats(param, n)).toEqual(values[0])
  })

  test('a gradient scale of 0 means no gradient, even where it is NaN', () => {
    const run = new PlanCase()
    const n = 5
    const [param, grad] = [run.floats(new Float32Array(n).fill(2)), run.floats(new Float32Array(n).fill(NaN))]
    const [m, v] = [run.floats(new Float32Array(n)), run.floats(new Float32Array(n))]
    const [learningRate, correction1, correction2, gradScale] = [0, 0.1, 0.001, 0].map((x) => run.floats([x]))
    run.plan.adam({
      ...{ paramOut: param, mOut: m, vOut: v, param, grad, m, v },
      ...{ learningRate: learningRate!, correction1: correction1!, correction2: correction2! },
      ...{ gradScale: gradScale!, n, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
      decoupled: kind === 'adamw',
    })
    const { wasm, scalar } = run.run()
    for (const walker of [wasm, scalar]) {
      expect([...walker.floats(param, n)]).toEqual([2, 2, 2, 2, 2])
      expect([...walker.floats(m, n), ...walker.floats(v, n)]).toEqual(new Array(2 * n).fill(0))
    }
  })
})
