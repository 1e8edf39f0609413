import { describe, expect, test } from 'vitest'
import { memoryStore } from '../storage/index.ts'
import type { SmallModelOptions } from '../testing/small-model.ts'
import {
  attending,
  endOf,
  pairs,
  smallModel,
  stepsOf,
  trainAll,
  validationsOf,
  weightsOf,
} from '../testing/small-model.ts'
import { adafactor } from './adafactor.ts'
import type { TrainOptions } from './options.ts'
import { sgd } from './sgd.ts'

// Nine steps of batches of three, which are three epochs: steps 2, 5 and 8 are the middle of one.
const plain: TrainOptions = { epochs: 3, batch: { size: 3 } }
/** Pairs whose targets are never right: their loss rises as the model learns. */
const contrary = pairs.map(({ source }) => ({ source, target: source.replaceAll('a', 'b') }))

const cases: { name: string; options: TrainOptions; model?: SmallModelOptions }[] = [
  { name: 'Adam', options: plain },
  { name: 'accumulated batches', options: { ...plain, batch: { size: 1 }, accumulate: 3 } },
  { name: 'dropout', options: plain, model: { dropout: 0.3, decoder: attending } },
  {
    name: 'dropout and accumulated batches',
    options: { ...plain, batch: { size: 1 }, accumulate: 3 },
    model: { dropout: 0.3 },
  },
  { name: 'scheduled sampling', options: { ...plain, scheduledSampling: { type: 'exponential', k: 0.8 } } },
  {
    name: 'a plateau schedule',
    options: {
      ...plain,
      schedule: { type: 'plateau', learningRate: 0.2, patience: 0, factor: 0.3, warmupSteps: 2 },
      validation: { pairs: contrary, everySteps: 1 },
    },
  },
  {
    name: 'a warm-up and a cosine',
    options: {
      ...plain,
      schedule: { type: 'cosine', learningRate: 0.05, totalSteps: 9, warmupSteps: 3 },
    },
  },
  { name: 'Adafactor', options: { ...plain, optimizer: adafactor() } },
  { name: 'momentum', options: { ...plain, optimizer: sgd({ momentum: 0.9, nesterov: true }) } },
  { name: 'plain SGD, which remembers nothing', options: { ...plain, optimizer: sgd() } },
  { name: 'batches by tokens', options: { ...plain, batch: { by: 'tokens', size: 24 } } },
  { name: 'data in order', options: { ...plain, batch: { size: 3, shuffle: false, bucket: false } } },
  { name: 'a moving average', options: { ...plain, ema: { decay: 0.7 } } },
  {
    name: 'a moving average that is validated',
    options: {
      ...plain,
      ema: { decay: 0.7 },
      accumulate: 2,
      validation: { pairs: contrary, everySteps: 2 },
      schedule: { type: 'plateau', learningRate: 0.1, patience: 0 },
    },
  },
  { name: 'R-Drop', options: { ...plain, rDrop: { weight: 2 } }, model: { dropout: 0.3 } },
  {
    name: 'early stopping',
    options: {
      ...plain,
      schedule: { type: 'constant', learningRate: 0.2 },
      validation: { pairs: contrary, everySteps: 1, patience: 2 },
    },
  },
]

async function outcome(options: TrainOptions, model: SmallModelOptions = {}) {
  const seq2seq = smallModel(model)
  const events = await trainAll(seq2seq, options)
  return { events, weights: await weightsOf(seq2seq) }
}

async function stopAfter(step: number, options: TrainOptions, model: SmallModelOptions = {}) {
  const controller = new AbortController()
  return trainAll(smallModel(model), { ...options, signal: controller.signal }, (event) => {
    if (event.type === 'step' && event.step === step) controller.abort()
  })
}

describe('a run that is stopped and goes on is the run that was never stopped, to the bit', () => {
  for (const { name, options, model } of cases) {
    test(name, async () => {
      const whole = await outcome(options, model)
      const last = endOf(whole.events).step
      for (const stop of [1, 3, 5].filter((step) => step < last)) {
        const checkpoint = { store: memoryStore() }
        const first = await stopAfter(stop, { ...options, checkpoint }, model)
        expect(endOf(first)).toMatchObject({ reason: 'aborted', step: stop })
        // Other first weights, so that what is not restored shows.
        const rest = await outcome({ ...options, checkpoint, resume: true }, { ...model, seed: 99 })
        expect([...stepsOf(first), ...stepsOf(rest.events)]).toEqual(stepsOf(whole.events))
        expect([...validationsOf(first), ...validationsOf(rest.events)]).toEqual(validationsOf(whole.events))
        expect(endOf(rest.events)).toEqual(endOf(whole.events))
        expect(rest.weights).toEqual(whole.weights)
      }
    })
  }
})

for (const validation of [undefined, { pairs: contrary, everySteps: 2 }]) {
  const name = validation ? ', with validation' : ''
  test(`the average of checkpoints is that of the run that was never stopped${name}`, async () => {
    const options: TrainOptions = { ...plain, average: { last: 3 }, validation }
    const everySteps = 2
    const whole = await outcome({ ...options, checkpoint: { store: memoryStore(), everySteps } })
    // At 4 there is a checkpoint in any case; those at 1 and 7 are out of turn, and none of the last three.
    for (const stop of [1, 4, 7]) {
      const checkpoint = { store: memoryStore(), everySteps }
      await stopAfter(stop, { ...options, checkpoint })
      const rest = await outcome({ ...options, checkpoint, resume: true }, { seed: 99 })
      expect(endOf(rest.events)).toEqual(endOf(whole.events))
      expect(rest.weights).toEqual(whole.weights)
      const again = await outcome({ ...options, checkpoint, resume: true }, { seed: 98 })
      expect(again.weights).toEqual(whole.weights)
    }
  })
}

test('early stopping and the plateau of these cases act: they are not resumed for nothing', async () => {
  const early = await outcome(cases.find(({ name }) => name === 'early stopping')!.options)
  expect(endOf(early.events)).toMatchObject({ reason: 'patience' })
  expect(endOf(early.events).weightsOfStep).toBe(endOf(early.events).step - 2)
  const plateau = await outcome(cases.find(({ name }) => name === 'a plateau schedule')!.options)
  expect(stepsOf(plateau.events).at(-1)!.learningRate).toBeLessThan(0.2)
})

test.each([
  ['at the end of each epoch', {}, [3, 6, 9]],
  ['every 2 steps, and at the end', { everySteps: 2 }, [2, 4, 6, 8, 9]],
  ['every 3 steps', { everySteps: 3 }, [3, 6, 9]],
])('checkpoints are saved %s', async (_, when, expected) => {
  const checkpoint = { store: memoryStore(), ...when }
  const { events } = await outcome({ ...plain, checkpoint })
  expect(events.filter(({ type }) => type === 'checkpoint').map(({ step }) => step)).toEqual(expected)
})

test('a run that was cut off goes on from its last checkpoint', async () => {
  const whole = await outcome(plain)
  const checkpoint = { store: memoryStore(), everySteps: 2 }
  await trainAll(smallModel(), { ...plain, checkpoint }, ({ step }) => {
    if (step === 5) throw new Error('power cut')
  }).catch(() => undefined)
  const rest = await outcome({ ...plain, checkpoint, resume: true }, { seed: 99 })
  expect(stepsOf(rest.events)).toEqual(stepsOf(whole.events).slice(4))
  expect(rest.weights).toEqual(whole.weights)
})

test('a run that reached its end is not trained further, and can be made longer', async () => {
  const checkpoint = { store: memoryStore() }
  const options: TrainOptions = { steps: 4, batch: { size: 3 }, checkpoint }
  const whole = await outcome({ ...options, steps: 7, checkpoint: undefined })
  const first = await outcome(options)
  const again = await outcome({ ...options, resume: true }, { seed: 99 })
  expect(stepsOf(again.events)).toEqual([])
  expect(endOf(again.events)).toEqual({ type: 'end', step: 4, reason: 'steps', weightsOfStep: 4 })
  expect(again.weights).toEqual(first.weights)
  const longer = await outcome({ ...options, steps: 7, resume: true }, { seed: 99 })
  expect([...stepsOf(first.events), ...stepsOf(longer.events)]).toEqual(stepsOf(whole.events))
  expect(longer.weights).toEqual(whole.weights)
})

test('the validation at the end of a run that stops between two leaves no mark on a longer one', async () => {
  const validation = { pairs: contrary, everySteps: 3, patience: 2 }
  const schedule = { type: 'plateau', learningRate: 0.05, patience: 0 } as const
  const options: TrainOptions = { batch: { size: 3 }, validation, schedule, steps: 9 }
  const whole = await outcome(options)
  const checkpoint = { store: memoryStore() }
  const first = await outcome({ ...options, steps: 4, checkpoint })
  expect(validationsOf(first.events).map(({ step }) => step)).toEqual([3, 4])
  const rest = await outcome({ ...options, checkpoint, resume: true }, { seed: 99 })
  expect([...stepsOf(first.events), ...stepsOf(rest.events)]).toEqual(stepsOf(whole.events))
  expect(rest.weights).toEqual(whole.weights)
})

test('without a checkpoint in the store, resume begins at the beginning', async () => {
  const whole = await outcome(plain)
  const checkpoint = { store: memoryStore() }
  expect((await outcome({ ...plain, checkpoint, resume: true })).weights).toEqual(whole.weights)
})
