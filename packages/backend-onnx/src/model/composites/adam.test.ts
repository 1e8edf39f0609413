import { adamUpdate, hostArray, trace } from '@dragoman/core'
import { expect, test } from 'vitest'
import { runModel } from '../../testing/run-model.ts'
import { writeModel } from '../write-model.ts'

test('an update that reads the result of the one before comes after it', async () => {
  const graph = trace('twice', (t) => {
    const scalar = (name: string) => t.input(name, 'float', [])
    const rest = {
      gradient: t.input('g', 'float', [1]),
      m: t.input('m', 'float', [1]),
      v: t.input('v', 'float', [1]),
      learningRate: scalar('learningRate'),
      correction1: scalar('correction1'),
      correction2: scalar('correction2'),
      gradientScale: scalar('gradientScale'),
    }
    const options = { beta1: 0.5, beta2: 0.75, epsilon: 0, weightDecay: 0, decoupled: false }
    const first = adamUpdate({ parameter: t.input('p', 'float', [1]), ...rest }, options)
    return { p: adamUpdate({ parameter: first.parameter, ...rest }, options).parameter }
  })
  const one = (x: number) => hostArray('float', [1], [x])
  const scalar = (x: number) => hostArray('float', [], [x])
  const { p } = await runModel(writeModel(graph), {
    ...{ p: one(10), g: one(2), m: one(0), v: one(0) },
    ...{
      learningRate: scalar(1),
      correction1: scalar(0.5),
      correction2: scalar(0.25),
      gradientScale: scalar(1),
    },
  })
  // m = 1 and v = 1, both 2 and 4 after the corrections: each step is −1 · 2 / √4.
  expect(p!.data).toEqual([expect.closeTo(8, 6)])
})
