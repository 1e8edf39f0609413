import { hostArray, lower, reference, scan, type Tensor, trace } from '@dragoman/core'
import { describe, expect, it } from 'vitest'
import { runModel } from '../../testing/run-model.ts'
import { writeModel } from '../write-model.ts'

const epsilon = 1e-5
const floats = (shape: readonly number[], ...data: number[]) => hostArray('float', shape, data)

describe('layerNorm and its gradient', () => {
  const graph = trace('norm', (t) => {
    const x = t.input('x', 'float', ['rows', 'width'])
    const weight = t.input('weight', 'float', ['width'])
    const dy = t.input('dy', 'float', ['rows', 'width'])
    const [y] = t.emit('layerNorm', [x, weight, weight], { epsilon })
    const [dx, dWeight] = t.emit('layerNormGrad', [x, weight, dy], { epsilon })
    return { y: y!, dx: dx!, dWeight: dWeight! }
  })

  it('know the width from the run', async () => {
    const inputs = {
      x: floats([2, 3], 1, 2, 4, 0, 1, 5),
      weight: floats([3], 1, 2, 3),
      dy: floats([2, 3], 1, 0, 0, 0, 1, 1),
    }
    const program = await reference().compile(lower(graph, new Set()).graph)
    const want = await program.run(inputs)
    const got = await runModel(writeModel(graph), inputs)
    for (const [name, array] of Object.entries(want)) {
      ;[...(await array.read())].forEach((x, i) => {
        expect(got[name]!.data[i]).toBeCloseTo(x, 5)
      })
    }
  })

  it('take rows of nothing', async () => {
    const inputs = { x: floats([2, 0]), weight: floats([0]), dy: floats([2, 0]) }
    const { y, dx, dWeight } = await runModel(writeModel(graph), inputs)
    expect([y!.shape, dx!.shape, dWeight!.shape]).toEqual([[2, 0], [2, 0], [0]])
  })
})

it('what a loop knows of the rows stays in the loop', async () => {
  const graph = trace('inner', (t) => {
    const x = t.input('x', 'float', [1, 2])
    const xs = t.input('weights', 'float', ['steps', 2])
    const norm = (weight: Tensor) => weight.trace.emit('layerNorm', [x, weight, weight], { epsilon: 0 })[0]!
    const { y } = scan('loop', t, { carry: {}, xs: { weight: xs } }, (_, { weight }) => ({
      carry: {},
      ys: { y: norm(weight) as Tensor<'float'> },
    })).ys
    const dy = t.input('dy', 'float', [1, 2])
    const [, dWeight] = t.emit('layerNormGrad', [x, t.input('weight', 'float', [2]), dy], { epsilon: 0 })
    return { y, dWeight: dWeight! }
  })
  const results = await runModel(writeModel(graph), {
    x: floats([1, 2], 1, 3),
    weights: floats([1, 2], 1, 2),
    weight: floats([2], 1, 1),
    dy: floats([1, 2], 5, 7),
  })
  // The row is −1, 1 after its mean and deviation.
  expect(results.y!.data).toEqual([0, 4])
  expect(results.dWeight!.data).toEqual([-5, 7])
})
