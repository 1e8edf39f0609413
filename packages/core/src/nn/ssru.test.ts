import { expect, test } from 'vitest'
import { trace } from '../graph/trace.ts'
import { runReference } from '../testing/run-reference.ts'
import { ParameterScope } from './parameter-scope.ts'
import { ssru } from './ssru.ts'

test('f = σ(W_f x + b), c = f c + (1 − f) W x, o = ReLU(c), by hand for one unit', async () => {
  const scope = new ParameterScope()
  const unit = ssru(scope, 1)
  const graph = trace('ssru', (t) => ({
    y: unit.sequence(t.input('x', 'float', [1, 3, 1]), t.input('cell', 'float', [1, 1])),
  }))
  const one = (data: number) => ({ kind: 'float', shape: [1, 1], data: [data] }) as const
  const x = [0.5, -2, 1]
  const { y } = await runReference(graph, {
    x: { kind: 'float', shape: [1, 3, 1], data: x },
    cell: one(0.25),
    'forget.weight': one(0.7),
    'forget.bias': { kind: 'float', shape: [1], data: [-0.1] },
    'input.weight': one(3),
  })
  let cell = 0.25
  const expected = x.map((each) => {
    const f = 1 / (1 + Math.exp(-(0.7 * each - 0.1)))
    cell = f * cell + (1 - f) * 3 * each
    return Math.max(cell, 0)
  })
  expect(expected[1]).toBe(0)
  expect(y!.data).toEqual(expected.map((each) => expect.closeTo(each, 12)))
})
