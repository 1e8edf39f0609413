import { describe, expect, test } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import type { Pair } from '../data/index.ts'
import { generate } from '../decode/index.ts'
import { DataError, OptionError } from '../errors.ts'
import { createSeq2Seq } from '../models/seq2seq.ts'
import { memoryStore } from '../storage/index.ts'
import { attending, endOf, pairs, smallModel, stepsOf, trainAll, weightsOf } from '../testing/small-model.ts'
import { buildTokenizer } from '../text/index.ts'
import { adafactor } from './adafactor.ts'
import { adam, adamw } from './adam.ts'
import type { TrainEvent } from './events.ts'
import { sgd } from './sgd.ts'
import { train } from './train.ts'

test('the loss falls, and what is generated becomes right', async () => {
  const seq2seq = smallModel({ size: 12, decoder: attending })
  const rightShare = async () => {
    const generated = await generate(
      seq2seq,
      pairs.map(({ source }) => source),
    )
    return generated.filter(({ text }, i) => text === pairs[i]!.target).length / pairs.length
  }
  const before = await rightShare()
  const events = await trainAll(seq2seq, {
    steps: 80,
    batch: { size: 8 },
    schedule: { type: 'constant', learningRate: 0.03 },
  })
  const losses = stepsOf(events).map(({ loss }) => loss)
  // An untrained model is near a uniform guess among its 7 tokens.
  expect(losses[0]).toBeCloseTo(Math.log(7), 0)
  expect(losses.at(-1)!).toBeLessThan(0.1)
  expect(before).toBeLessThan(0.5)
  expect(await rightShare()).toBe(1)
})

test.each([
  ['adam', adam(), 0.02],
  ['adamw', adamw(), 0.02],
  ['adafactor', adafactor(), 0.05],
  ['sgd', sgd(), 0.5],
  ['momentum', sgd({ momentum: 0.9 }), 0.05],
  ['Nesterov', sgd({ momentum: 0.9, nesterov: true }), 0.05],
])('the loss falls with %s', async (_, optimizer, learningRate) => {
  const schedule = { type: 'constant', learningRate } as const
  const losses = stepsOf(await trainAll(smallModel(), { steps: 25, optimizer, schedule })).map(
    ({ loss }) => loss,
  )
  expect(losses.at(-1)!).toBeLessThan(losses[0]! - 0.4)
})

test('events say what was done', async () => {
  let now = 0
  const events = await trainAll(smallModel(), {
    epochs: 2,
    batch: { size: 3 },
    schedule: { type: 'constant', learningRate: 0.01, warmupSteps: 4 },
    validation: { pairs: pairs.slice(0, 3) },
    checkpoint: { store: memoryStore() },
    clock: () => (now += 250),
  })
  expect(events.map(({ type }) => type)).toEqual(
    [...Array(2).fill(['step', 'step', 'step', 'validation', 'checkpoint']), 'end'].flat(),
  )
  const steps = stepsOf(events)
  expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6])
  expect(steps.map(({ epoch }) => epoch)).toEqual([0, 0, 0, 1, 1, 1])
  expect(steps.map(({ epochProgress }) => epochProgress)).toEqual([1 / 3, 2 / 3, 1, 1 / 3, 2 / 3, 1])
  expect(steps.map(({ learningRate }) => learningRate)).toEqual([0.0025, 0.005, 0.0075, 0.01, 0.01, 0.01])
  // 18 letters and 8 ends in the targets of an epoch.
  const tokensOf = (epoch: number) =>
    steps.filter((step) => step.epoch === epoch).reduce((sum, { tokens }) => sum + tokens, 0)
  expect([tokensOf(0), tokensOf(1)]).toEqual([26, 26])
  // The clock is asked when a step begins and when it ends, a quarter of a second later.
  for (const { tokens, tokensPerSecond } of steps) expect(tokensPerSecond).toBe(tokens * 4)
  for (const { loss, gradientNorm } of steps) {
    expect(loss).toBeGreaterThan(0)
    expect(gradientNorm).toBeGreaterThan(0)
  }
})

describe('a run ends', () => {
  const batch = { size: 3 }

  test('after the epochs, the steps, or the first of both', async () => {
    expect(endOf(await trainAll(smallModel(), { epochs: 2, batch }))).toMatchObject({
      step: 6,
      reason: 'epochs',
    })
    expect(endOf(await trainAll(smallModel(), { steps: 2, batch }))).toMatchObject({
      step: 2,
      reason: 'steps',
    })
    const both = await trainAll(smallModel(), { epochs: 1, steps: 9, batch })
    expect(endOf(both)).toMatchObject({ step: 3, reason: 'epochs' })
  })

  test('after the minutes, the step under way being finished', async () => {
    let now = 5000
    const events = await trainAll(smallModel(), { minutes: 0.05, batch, clock: () => now }, ({ type }) => {
      if (type === 'step') now += 1000
    })
    expect(endOf(events)).toMatchObject({ step: 3, reason: 'minutes' })
  })

  test('when it is aborted: the step is finished and saved', async () => {
    const controller = new AbortController()
    const events = await trainAll(
      smallModel(),
      { epochs: 9, batch, checkpoint: { store: memoryStore() }, signal: controller.signal },
      ({ step }) => {
        if (step === 2) controller.abort()
      },
    )
    expect(events.slice(1).map(({ type, step }) => [type, step])).toEqual([
      ['step', 2],
      ['checkpoint', 2],
      ['end', 2],
    ])
    expect(endOf(events)).toEqual({ type: 'end', step: 2, reason: 'aborted', weightsOfStep: 2 })
  })
})

describe('memory', () => {
  const checkpointed = { epochs: 9, batch: { size: 3 }, checkpoint: { store: memoryStore() } }
  const ways: [string, (iterator: AsyncGenerator<TrainEvent>) => Promise<unknown>][] = [
    [
      'to the end',
      async (events) => {
        for await (const _ of events);
      },
    ],
    [
      'to a break',
      async (events) => {
        for await (const { step } of events) if (step === 2) break
      },
    ],
    ['to return()', (events) => events.next().then(() => events.return(undefined))],
    ['to an error of the caller', (events) => events.next().then(() => events.throw(new Error('mine')))],
  ]
  for (const accumulate of [1, 2]) {
    test.each(ways)(`is back where it was after a run %s, accumulate ${accumulate}`, async (_, until) => {
      const seq2seq = smallModel()
      const before = seq2seq.session.backend.live()
      const names = seq2seq.session.names()
      await until(train(seq2seq, pairs, { ...checkpointed, accumulate })).catch(() => undefined)
      expect(seq2seq.session.backend.live()).toEqual(before)
      expect(seq2seq.session.names()).toEqual(names)
      expect(await trainAll(seq2seq, { steps: 1 })).toHaveLength(2)
    })
  }
})

describe('seeds', () => {
  const options = { epochs: 2, batch: { size: 3 } }
  const run = async (seed: number, dropout: number) =>
    stepsOf(await trainAll(smallModel({ dropout }), { ...options, seed })).map(({ loss }) => loss)

  test('the same seed gives the same run, another one another order', async () => {
    expect(await run(3, 0)).toEqual(await run(3, 0))
    expect(await run(4, 0)).not.toEqual(await run(3, 0))
  })

  test('a seed above 32 bits counts in full', async () => {
    expect(await run(3 + 2 ** 32, 0)).not.toEqual(await run(3, 0))
  })

  test('dropout follows the seed too', async () => {
    const losses = async (seed: number) =>
      stepsOf(
        await trainAll(smallModel({ dropout: 0.5 }), {
          steps: 3,
          seed,
          batch: { shuffle: false, bucket: false },
        }),
      ).map(({ loss }) => loss)
    expect(await losses(3)).toEqual(await losses(3))
    expect((await losses(4))[0]).not.toBe((await losses(3))[0])
    expect((await losses(3 + 2 ** 32))[0]).not.toBe((await losses(3))[0])
    // Each step draws anew.
    expect(new Set(await losses(3)).size).toBe(3)
  })
})

describe('several runs', () => {
  test('of two models on one backend, in turns, do not meet', async () => {
    const backend = reference()
    const options = { steps: 4, batch: { size: 3 }, clock: () => 0 }
    const models = [smallModel({ backend }), smallModel({ backend, seed: 2, dropout: 0.2 })]
    const together = await Promise.all(models.map((model) => trainAll(model, options)))
    const alone = [smallModel(), smallModel({ seed: 2, dropout: 0.2 })]
    for (const [i, model] of alone.entries()) {
      expect(together[i]).toEqual(await trainAll(model, options))
      expect(await weightsOf(models[i]!)).toEqual(await weightsOf(model))
    }
  })

  test('of one model at once are refused; one after the other they are not', async () => {
    const seq2seq = smallModel()
    const first = train(seq2seq, pairs, { steps: 3 })
    await first.next()
    const second = trainAll(seq2seq, { steps: 1 })
    await expect(second).rejects.toThrow(OptionError)
    await expect(second).rejects.toThrow('is being trained already')
    for await (const _ of first);
    expect(await trainAll(seq2seq, { steps: 1 })).toHaveLength(2)
  })

  test('what is generated in the middle of a run changes nothing', async () => {
    const seq2seq = smallModel()
    const losses: number[] = []
    for await (const event of train(seq2seq, pairs, { steps: 4 })) {
      if (event.type === 'step') losses.push(event.loss)
      await generate(seq2seq, ['ab'])
    }
    expect(losses).toEqual(stepsOf(await trainAll(smallModel(), { steps: 4 })).map(({ loss }) => loss))
  })
})

describe('data', () => {
  test('no pairs are refused', async () => {
    const seq2seq = smallModel()
    const run = trainAll(seq2seq, { epochs: 1 }, undefined, [])
    await expect(run).rejects.toThrow(DataError)
    await expect(run).rejects.toThrow('no examples')
  })

  test('characters that the vocabulary lacks, empty sources and empty targets are trained on', async () => {
    const odd = [
      { source: 'aλb', target: 'ξ' },
      { source: '', target: 'a' },
      { source: 'a', target: '' },
    ]
    const events = await trainAll(smallModel(), { epochs: 1 }, undefined, odd)
    // One unknown character and one letter, and three ends.
    expect(stepsOf(events)[0]).toMatchObject({ tokens: 5 })
    expect(stepsOf(events)[0]!.loss).toBeGreaterThan(0)
  })

  test('a model without weights is refused', async () => {
    const seq2seq = smallModel()
    await seq2seq.dispose()
    const run = trainAll(seq2seq, { epochs: 1 })
    await expect(run).rejects.toThrow(DataError)
    await expect(run).rejects.toThrow('disposed')
    expect(seq2seq.session.backend.live()).toEqual({ arrays: 0, bytes: 0 })
  })
})

describe('positions that end', () => {
  const short = [
    { source: 'abc', target: 'ab' },
    { source: 'ba', target: 'bab' },
  ]
  const layer = { type: 'transformer', modelSize: 4, heads: 1, layers: 1, feedForwardSize: 4, dropout: 0 }
  const positions = { type: 'learned', length: 5 }
  const tokenizer = buildTokenizer(['ab', 'c'], { type: 'char' })
  const model = () =>
    createSeq2Seq({
      config: { version: 1, encoder: { ...layer, positions }, decoder: { ...layer, positions } },
      tokenizers: { source: tokenizer, target: tokenizer },
      backend: reference(),
    })

  test('a batch padded beyond them trains as it would without padding', async () => {
    const losses = async (lengthMultiple: number): Promise<number[]> => {
      const seen: number[] = []
      const options = {
        steps: 3,
        batch: { size: 2, lengthMultiple },
        schedule: { type: 'constant', learningRate: 0.01 },
      } as const
      for await (const event of train(model(), short, options))
        if (event.type === 'step') seen.push(event.loss)
      return seen
    }
    const [padded, exact] = [await losses(8), await losses(1)]
    padded.forEach((loss, i) => {
      expect(loss).toBeCloseTo(exact[i]!, 10)
    })
  })

  test('a longer pair is refused, in validation too', async () => {
    const long = { source: 'abcab', target: 'a' }
    const first = (given: readonly Pair[], options: object) =>
      train(model(), given, { steps: 1, ...options }).next()
    await expect(first([...short, long], {})).rejects.toThrow(/the source of pair 2 has 6 tokens/)
    await expect(first(short, { validation: { pairs: [long] } })).rejects.toThrow(/at most 5/)
  })
})
