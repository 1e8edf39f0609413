import { hostArray, trace } from '@dragoman/core'
import { expect, test } from 'vitest'
import { runModel } from '../testing/run-model.ts'
import { writeModel } from './write-model.ts'

test('an axis that is named twice is flipped once', async () => {
  const graph = trace('flip', (t) => {
    const [y] = t.emit('flip', [t.input('x', 'int', [3])], { axes: [0, 0] })
    return { y: y! }
  })
  const { y } = await runModel(writeModel(graph), { x: hostArray('int', [3], [1, 2, 3]) })
  expect(y!.data).toEqual([3, 2, 1])
})
