import { describe, expect, test } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { loadModel } from '../models/model-folder.ts'
import { memoryStore } from '../storage/index.ts'
import { distance, endOf, pairs, smallModel, stepsOf, trainAll, weightsOf } from '../testing/small-model.ts'
import { loadCheckpoint } from './checkpoint.ts'
import { emaRate } from './ema.ts'
import type { TrainOptions } from './options.ts'
import { train } from './train.ts'

const plain: TrainOptions = {
  steps: 5,
  batch: { size: 3 },
  schedule: { type: 'constant', learningRate: 0.05 },
}
const ema = { decay: 0.6 }

/** The weights before the first step and after each, and the average that the definition gives. */
async function trajectory(options: TrainOptions) {
  const seq2seq = smallModel()
  let shadow = await weightsOf(seq2seq)
  let raw = shadow
  for await (const event of train(seq2seq, pairs, { ...options, clock: () => 0 })) {
    if (event.type !== 'step') continue
    raw = await weightsOf(seq2seq)
    const decay = Math.min(ema.decay, (1 + event.step) / (10 + event.step))
    shadow = Object.fromEntries(
      Object.entries(raw).map(([path, values]) => [
        path,
        values.map((value, i) => decay * shadow[path]![i]! + (1 - decay) * value),
      ]),
    )
  }
  return { shadow, raw }
}

test('the decay grows from 2/11 at the first step to the one that is asked', () => {
  expect(emaRate({ decay: 0.99 }, 1)).toBeCloseTo(1 - 2 / 11, 15)
  expect(emaRate({ decay: 0.99 }, 8)).toBeCloseTo(0.5, 15)
  expect(emaRate({ decay: 0.99 }, 10_000)).toBeCloseTo(0.01, 15)
})

describe('the model ends with the moving average', () => {
  for (const accumulate of [1, 2]) {
    test(`accumulate ${accumulate}`, async () => {
      const options = { ...plain, accumulate }
      const { shadow, raw } = await trajectory(options)
      const seq2seq = smallModel()
      const before = seq2seq.session.names()
      await trainAll(seq2seq, { ...options, ema })
      const after = await weightsOf(seq2seq)
      expect(distance(after, shadow)).toBeLessThan(1e-14)
      expect(distance(after, raw)).toBeGreaterThan(1e-3)
      expect(seq2seq.session.names()).toEqual(before)
    })
  }

  test('and training itself does not see it', async () => {
    const steps = stepsOf(await trainAll(smallModel(), plain))
    const validation = { pairs, everySteps: 2 }
    expect(stepsOf(await trainAll(smallModel(), { ...plain, ema, validation }))).toEqual(steps)
  })

  test('also in the folder; the checkpoint goes on from the weights themselves', async () => {
    const store = memoryStore()
    const { shadow, raw } = await trajectory(plain)
    await trainAll(smallModel(), { ...plain, ema, checkpoint: { store } })
    const saved = await loadModel(store, reference())
    // A model folder is float32.
    expect(distance(await weightsOf(saved), shadow)).toBeLessThan(5e-7)
    const { weights } = (await loadCheckpoint(store))!
    const kept = Object.fromEntries([...weights].map(([path, { data }]) => [path, [...data]]))
    expect(distance(kept, raw)).toBe(0)
  })

  test('but not after a break', async () => {
    const seq2seq = smallModel()
    for await (const { step } of train(seq2seq, pairs, { ...plain, ema })) if (step === 5) break
    expect(await weightsOf(seq2seq)).toEqual((await trajectory(plain)).raw)
  })
})

test('validation looks at the average, and the best of them is what the model ends with', async () => {
  const seen: Record<string, number[]>[] = []
  const seq2seq = smallModel()
  // The first is the best.
  const measure = async () => seen.push(await weightsOf(seq2seq))
  const events = await trainAll(seq2seq, { ...plain, ema, validation: { pairs, everySteps: 2, measure } })
  expect(endOf(events)).toMatchObject({ step: 5, weightsOfStep: 2 })
  expect(seen).toHaveLength(3)
  for (const [i, steps] of [2, 4, 5].entries()) {
    expect(distance(seen[i]!, (await trajectory({ ...plain, steps })).shadow)).toBeLessThan(1e-14)
  }
  expect(await weightsOf(seq2seq)).toEqual(seen[0])
})

test('a measure that fails leaves the weights of the last step', async () => {
  const seq2seq = smallModel()
  const measure = async () => {
    throw new Error('no judge')
  }
  const run = trainAll(seq2seq, { ...plain, ema, validation: { pairs, everySteps: 2, measure } })
  await expect(run).rejects.toThrow('no judge')
  expect(await weightsOf(seq2seq)).toEqual((await trajectory({ ...plain, steps: 2 })).raw)
})

test('a run goes on with the same average alone', async () => {
  const checkpoint = { store: memoryStore() }
  await trainAll(smallModel(), { ...plain, ema, checkpoint })
  const resumed = (more: TrainOptions) =>
    trainAll(smallModel(), { ...plain, steps: 6, checkpoint, resume: true, ...more })
  await expect(resumed({})).rejects.toThrow(
    'ema: the run that was saved had {"decay":0.6}, this one has none',
  )
  await expect(resumed({ ema: { decay: 0.7 } })).rejects.toThrow('ema.decay')
})
