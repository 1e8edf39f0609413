import { describe, expect, test } from 'vitest'
import type { HostArray } from '../backend/contract.ts'
import { reference } from '../backend/reference/reference.ts'
import { DataError, StorageError } from '../errors.ts'
import { encodeJson, loadModel, saveModel } from '../models/model-folder.ts'
import { memoryStore } from '../storage/index.ts'
import {
  distance,
  endOf,
  pairs,
  smallModel,
  trainAll,
  validationsOf,
  weightsOf,
} from '../testing/small-model.ts'
import { averageFolders, averageWeights } from './average.ts'
import type { TrainOptions } from './options.ts'
import { train } from './train.ts'

const floats = (data: number[], shape = [data.length]): HostArray => ({
  kind: 'float',
  shape,
  data: Float32Array.from(data),
})

describe('averageWeights', () => {
  test('is the mean of each element', () => {
    const models = [
      new Map([['a', floats([1, 2])]]),
      new Map([['a', floats([3, -4])]]),
      new Map([['a', floats([5, 5])]]),
    ]
    expect(averageWeights(models)).toEqual(new Map([['a', floats([3, 1])]]))
  })

  test('adds in float64: large numbers that cancel leave no trace', () => {
    const models = [1e8, 1, -1e8, 1].map((x) => new Map([['a', floats([x])]]))
    expect(averageWeights(models).get('a')!.data).toEqual(Float32Array.of(0.5))
  })

  test.each([
    ['nothing', []],
    ['other names', [new Map([['a', floats([1])]]), new Map([['b', floats([1])]])]],
    [
      'one more',
      [new Map([['a', floats([1])]]), new Map(Object.entries({ a: floats([1]), b: floats([1]) }))],
    ],
    ['other shapes', [new Map([['a', floats([1, 2])]]), new Map([['a', floats([1, 2], [2, 1])]])]],
  ])('refuses %s', (_, models) => {
    expect(() => averageWeights(models)).toThrow(DataError)
  })
})

const plain: TrainOptions = {
  steps: 9,
  batch: { size: 3 },
  schedule: { type: 'constant', learningRate: 0.05 },
}

/** The mean of the weights after these steps of a run without averaging. */
async function meanAfter(steps: readonly number[]): Promise<Record<string, number[]>> {
  const seq2seq = smallModel()
  const sums = Object.entries(await weightsOf(seq2seq)).map(([path, { length }]) => [path, length] as const)
  const mean = Object.fromEntries(sums.map(([path, length]) => [path, new Array<number>(length).fill(0)]))
  for await (const { type, step } of train(seq2seq, pairs, plain)) {
    if (type !== 'step' || !steps.includes(step)) continue
    for (const [path, values] of Object.entries(await weightsOf(seq2seq))) {
      for (const [i, value] of values.entries()) mean[path]![i]! += value / steps.length
    }
  }
  return mean
}

describe('a run with average', () => {
  test.each([
    [2, [8, 9]],
    [3, [6, 8, 9]],
    // There are no more than five.
    [7, [2, 4, 6, 8, 9]],
  ])('of the last %d checkpoints ends with the mean of steps %j', async (last, steps) => {
    const store = memoryStore()
    const seq2seq = smallModel()
    const events = await trainAll(seq2seq, {
      ...plain,
      average: { last },
      checkpoint: { store, everySteps: 2 },
    })
    expect(endOf(events)).toMatchObject({ step: 9, weightsOfStep: 9 })
    const mean = await meanAfter(steps)
    expect(distance(await weightsOf(seq2seq), mean)).toBeLessThan(1e-14)
    expect(distance(await weightsOf(await loadModel(store, reference())), mean)).toBeLessThan(5e-7)
  })

  test('keeps the weights that it needs, and no more', async () => {
    const store = memoryStore()
    await trainAll(smallModel(), { ...plain, average: { last: 2 }, checkpoint: { store, everySteps: 2 } })
    expect((await store.list('trainer/')).filter((path) => path.endsWith('weights.safetensors'))).toEqual([
      'trainer/step-6/weights.safetensors',
      'trainer/step-8/weights.safetensors',
      'trainer/step-9/weights.safetensors',
    ])
    expect(await store.list('trainer/step-8/')).toHaveLength(1)
  })

  test('validates the average, and keeps it when it is the best', async () => {
    for (const isBetter of [true, false]) {
      let calls = 0
      const measure = async () => (++calls === 3 && isBetter ? -1 : calls)
      const seq2seq = smallModel()
      const events = await trainAll(seq2seq, {
        ...plain,
        steps: 6,
        average: { last: 2 },
        checkpoint: { store: memoryStore(), everySteps: 3 },
        validation: { pairs, everySteps: 3, measure },
      })
      expect(validationsOf(events).map(({ step }) => step)).toEqual([3, 6, 6])
      expect(endOf(events).weightsOfStep).toBe(isBetter ? 6 : 3)
      const expected = await meanAfter(isBetter ? [3, 6] : [3])
      expect(distance(await weightsOf(seq2seq), expected)).toBeLessThan(1e-14)
    }
  })

  test('does not average where it is aborted', async () => {
    const controller = new AbortController()
    const seq2seq = smallModel()
    const options = { ...plain, average: { last: 2 }, checkpoint: { store: memoryStore(), everySteps: 1 } }
    await trainAll(seq2seq, { ...options, signal: controller.signal }, ({ step }) => {
      if (step === 4) controller.abort()
    })
    expect(await weightsOf(seq2seq)).toEqual(await meanAfter([4]))
  })
})

describe('averageFolders', () => {
  const folder = async (seed: number, size = 4) => {
    const store = memoryStore()
    const seq2seq = smallModel({ seed, size })
    await saveModel(seq2seq, store)
    return { store, weights: await weightsOf(seq2seq) }
  }

  test('writes a model with the mean of the weights, and how the first generates', async () => {
    const [a, b] = [await folder(1), await folder(2)]
    await a.store.write('generation_config.json', encodeJson({ version: 1, beams: 3 }))
    const out = memoryStore()
    await averageFolders([a.store, b.store], out)
    expect(await out.list()).toEqual([
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
    ])
    const mean = Object.entries(a.weights).map(([path, x]) => [
      path,
      x.map((value, i) => (value + b.weights[path]![i]!) / 2),
    ])
    const loaded = await weightsOf(await loadModel(out, reference()))
    expect(distance(loaded, Object.fromEntries(mean))).toBeLessThan(5e-7)
  })

  test('refuses models that differ, a folder without a model, and one alone; nothing is written', async () => {
    const [a, b] = [await folder(1), await folder(1)]
    const json = JSON.parse(new TextDecoder().decode((await b.store.read('config.json'))!))
    await b.store.write('config.json', encodeJson({ ...json, decoder: { ...json.decoder, dropout: 0.5 } }))
    const out = memoryStore()
    await expect(averageFolders([a.store, b.store], out)).rejects.toThrow('different files config.json')
    const other = (await folder(1, 6)).store
    await expect(averageFolders([a.store, other], out)).rejects.toThrow(DataError)
    await expect(averageFolders([a.store, memoryStore()], out)).rejects.toThrow(StorageError)
    await expect(averageFolders([a.store], out)).rejects.toThrow('two models or more')
    expect(await out.list()).toEqual([])
  })
})
