import { describe, expect, test } from 'vitest'
import { readWeights } from '../models/model-folder.ts'
import { memoryStore } from '../storage/index.ts'
import {
  endOf,
  pairs,
  smallModel,
  stepsOf,
  trainAll,
  validationsOf,
  weightsOf,
} from '../testing/small-model.ts'

describe('validation', () => {
  const batch = { size: 8 }

  test('gives the model the weights of the best', async () => {
    const seq2seq = smallModel()
    const metrics = [5, 4, 2, 3, 2, 6]
    const kept: Record<string, number[]>[] = []
    const measure = async () => {
      kept.push(await weightsOf(seq2seq))
      return metrics[kept.length - 1]!
    }
    const events = await trainAll(seq2seq, { epochs: 6, batch, validation: { pairs, measure } })
    expect(validationsOf(events).map(({ metric }) => metric)).toEqual(metrics)
    // As good as the best is not better.
    expect(validationsOf(events).map(({ isBest }) => isBest)).toEqual([true, true, true, false, false, false])
    expect(endOf(events)).toEqual({ type: 'end', step: 6, reason: 'epochs', weightsOfStep: 3 })
    expect(await weightsOf(seq2seq)).toEqual(kept[2])
    expect(kept[5]).not.toEqual(kept[2])
  })

  test('ends a run after so many in a row that were no better', async () => {
    const metrics = [5, 6, 4, 4, 5, 1]
    const measure = async () => metrics.shift()!
    const events = await trainAll(smallModel(), {
      epochs: 9,
      batch,
      validation: { pairs, measure, patience: 2 },
    })
    expect(endOf(events)).toEqual({ type: 'end', step: 5, reason: 'patience', weightsOfStep: 3 })
  })

  test('measures the loss without dropout and smoothing', async () => {
    const of = async (options: object, dropout: number) => {
      const events = await trainAll(smallModel({ dropout }), {
        steps: 1,
        schedule: { type: 'constant', learningRate: 0 },
        validation: { pairs, everySteps: 1 },
        ...options,
      })
      return { trained: stepsOf(events)[0]!.loss, seen: validationsOf(events)[0]!.loss }
    }
    const plain = await of({}, 0)
    // Nothing was learned, and the batch is all pairs: both are the same loss.
    expect(plain.seen).toBeCloseTo(plain.trained, 12)
    const noisy = await of({ labelSmoothing: 0.2 }, 0.5)
    expect(noisy.seen).toBeCloseTo(plain.seen, 12)
    expect(noisy.trained).not.toBeCloseTo(plain.trained, 3)
  })

  test('is done once more for a run that ends between two, and its best is saved', async () => {
    const store = memoryStore()
    const seq2seq = smallModel()
    const events = await trainAll(seq2seq, {
      steps: 3,
      batch,
      validation: { pairs, everySteps: 2 },
      checkpoint: { store },
      schedule: { type: 'constant', learningRate: 0.01 },
    })
    expect(validationsOf(events).map(({ step }) => step)).toEqual([2, 3])
    expect(endOf(events).weightsOfStep).toBe(3)
    const saved = await readWeights(store, 'model.safetensors')
    const bias = (await weightsOf(seq2seq))['decoder.output.bias']!
    expect([...saved.get('decoder.output.bias')!.data]).toEqual(bias.map(Math.fround))
  })

  test('is done once for a run that is shorter than the time between two', async () => {
    const events = await trainAll(smallModel(), { steps: 1, batch: { size: 3 }, validation: { pairs } })
    expect(validationsOf(events).map(({ step }) => step)).toEqual([1])
  })

  test('refuses a measure that gives no number', async () => {
    const run = trainAll(smallModel(), { epochs: 1, validation: { pairs, measure: async () => Number.NaN } })
    await expect(run).rejects.toMatchObject({ option: 'validation.measure' })
  })
})
