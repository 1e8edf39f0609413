import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-backend-wasm'
import { hostArray, matmul, trace } from '@dragoman/core'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { smallRnn, TrainSteps } from './testing/train-steps.ts'
import { tfjs } from './tfjs.ts'

describe.each(['cpu', 'wasm'])('%s', (name) => {
  test('a thousand train steps leave no tensor, and each launches as many kernels', async () => {
    await tf.setBackend(name)
    const before = tf.memory().numTensors
    const backend = await tfjs({ tf, backend: name })
    expect(tf.memory().numTensors).toBe(before)
    const steps = await TrainSteps.start(backend, smallRnn())
    const first = await steps.step()
    const tensors = tf.memory().numTensors
    const kernels = steps.program.stats.kernels
    let last = first
    for (let i = 0; i < 1000; i++) {
      last = await steps.step()
      expect(tf.memory().numTensors).toBe(tensors)
      expect(steps.program.stats.kernels).toBe(kernels)
    }
    expect(kernels).toBeGreaterThan(100)
    expect(last).toBeLessThan(first / 10)
    await steps.end()
    expect(tf.memory().numTensors).toBe(before)
    await backend.dispose()
  })

  test('what a kernel keeps of a weight goes with the weight', async () => {
    await tf.setBackend(name)
    const before = tf.memory().numTensors
    const backend = await tfjs({ tf, backend: name })
    const graph = trace('product', (place) => {
      const x = place.input('x', 'float', ['rows', 2])
      const weight = place.input('weight', 'float', [3, 2])
      return { y: matmul(x, weight, { transposeB: true }) }
    })
    const program = await backend.compile(graph)
    const weight = backend.upload(hostArray('float', [3, 2], [1, 2, 3, 4, 5, 6]))
    for (let i = 0; i < 3; i++) {
      const { y } = await program.run({ x: hostArray('float', [1, 2], [1, i]), weight })
      expect([...(await y!.read())]).toEqual([1 + 2 * i, 3 + 4 * i, 5 + 6 * i])
      y!.dispose()
    }
    weight.dispose()
    expect(tf.memory().numTensors).toBe(before)
    expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })
})
