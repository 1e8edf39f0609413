import { expect, test } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { Session } from '../backend/session.ts'
import { frameBatch } from '../models/frame-batch.ts'
import { initialValue } from '../models/initial-weights.ts'
import { createModel } from '../models/model.ts'
import { adam } from './adam.ts'
import { intArray, randomKey, scalar } from './batch-arrays.ts'
import { numbers } from './numbers.ts'
import { optimizerState, stepGraph } from './step-graph.ts'

test('a model of frames trains on the same graph: its source is float', async () => {
  const frames = { type: 'frames', features: 2, kernel: 3, strides: [2] } as const
  const layer = { type: 'transformer', modelSize: 4, heads: 1, layers: 1, feedForwardSize: 4, dropout: 0 }
  const model = createModel({
    version: 1,
    targetVocabularySize: 6,
    encoder: { ...layer, input: frames },
    decoder: layer,
  })
  const optimizer = adam()
  const session = new Session(reference())
  for (const parameter of model.parameters) session.set(parameter.path, initialValue(parameter, 1))
  for (const { name, shape } of optimizerState(model.parameters, optimizer)) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    session.set(name, { kind: 'float', shape, data })
  }
  const options = { optimizer, labelSmoothing: 0, clipNorm: 1, clipValue: 0, scheduledSampling: false }
  const program = await session.compile(stepGraph(model, options))
  const batch = {
    ...frameBatch([Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(-1, -2)], frames),
    targetInput: intArray([2, 2], Int32Array.of(2, 4, 2, 5)),
    targetOutput: intArray([2, 2], Int32Array.of(4, 3, 5, 3)),
    targetLengths: intArray([2], Int32Array.of(2, 2)),
    randomKey: randomKey(1, 1),
  }
  const losses: number[] = []
  for (let step = 1; step <= 20; step++) {
    const scalars = Object.entries({ ...optimizer.scalars(step, 0.03), learningRate: 0.03 })
    const inputs = Object.fromEntries(scalars.map(([name, value]) => [name, scalar(value)]))
    losses.push((await numbers(program, { ...batch, ...inputs })).loss!)
  }
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)
})
