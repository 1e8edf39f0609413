import { hostArray, trace } from '@dragoman/core'
import { expect, test } from 'vitest'
import { runModel } from '../../testing/run-model.ts'
import { writeModel } from '../write-model.ts'

test.each([0, 0.5])(
  'a row of −Inf alone has an infinite loss, and no probabilities (smoothing %d)',
  async (smoothing) => {
    const graph = trace('loss', (t) => {
      const logits = t.input('logits', 'float', ['rows', 2])
      const labels = t.input('labels', 'int', ['rows'])
      const [loss] = t.emit('crossEntropy', [logits, labels], { smoothing })
      const dLoss = t.input('dLoss', 'float', ['rows'])
      const [dLogits] = t.emit('crossEntropyGrad', [logits, labels, dLoss], { smoothing })
      return { loss: loss!, dLogits: dLogits! }
    })
    const inf = Number.POSITIVE_INFINITY
    const { loss, dLogits } = await runModel(writeModel(graph), {
      logits: hostArray('float', [2, 2], [-inf, -inf, 3, 3]),
      labels: hostArray('int', [2], [1, 0]),
      dLoss: hostArray('float', [2], [2, 1]),
    })
    const close = (x: number) => expect.closeTo(x, 6)
    expect(loss!.data).toEqual([inf, close(Math.log(2))])
    // (p − (1 − ε) · label − ε / 2) · dLoss, with p of 0 and of 1/2.
    const [other, label] = [-smoothing / 2, smoothing / 2 - 1]
    expect(dLogits!.data).toEqual([2 * other, 2 * label, 0.5 + label, 0.5 + other].map(close))
  },
)
