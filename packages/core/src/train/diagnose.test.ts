import { describe, expect, test } from 'vitest'
import { NonFiniteError } from '../errors.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import type { SmallModelOptions } from '../testing/small-model.ts'
import { pairs, smallModel, trainAll, weightsOf } from '../testing/small-model.ts'
import { adafactor } from './adafactor.ts'
import { adam, adamw } from './adam.ts'
import type { TrainOptions } from './options.ts'
import { sgd } from './sgd.ts'

/** Weights to be filled with a number, or with one for each element. */
type Filling = Readonly<Record<string, number | ((index: number) => number)>>

function fill({ model, session }: Seq2Seq, filling: Filling): void {
  for (const [path, value] of Object.entries(filling)) {
    const { shape } = model.parameters.find((parameter) => parameter.path === path)!
    const data = new Float64Array(shape.reduce((product, size) => product * size, 1))
    session.set(path, {
      kind: 'float',
      shape,
      data: data.map((_, i) => (typeof value === 'number' ? value : value(i))),
    })
  }
}

// The float64 of the reference ends at 1.8e308: each case makes one tensor, and none before it, pass that.
const huge = 1.7e308
const cases: { tensor: string; model?: SmallModelOptions; filling: Filling }[] = [
  { tensor: 'weight encoder.embedding.weight', filling: { 'encoder.embedding.weight': Number.NaN } },
  { tensor: 'weight decoder.output.bias', filling: { 'decoder.output.bias': Number.POSITIVE_INFINITY } },
  {
    // States that grow 10²⁰⁰-fold at each token, with no tanh to hold them.
    tensor: 'memory',
    model: { cell: 'elman-relu' },
    filling: { 'encoder.rnn.bias_ih_l0': 1e100, 'encoder.rnn.weight_hh_l0': 1e200 },
  },
  {
    // Four states of about 1 or more, each times the largest number.
    tensor: 'logits',
    model: { cell: 'elman-relu' },
    filling: { 'decoder.rnn.bias_ih_l0': 5, 'decoder.output.weight': huge },
  },
  {
    // Logits that are finite, but whose difference is not.
    tensor: 'loss',
    filling: { 'decoder.output.bias': (i) => (i % 2 === 0 ? huge : -huge) },
  },
  {
    // The embedding itself is 0, so that logits are small; its gradient is a sum of output weights over tokens.
    tensor: 'gradient of decoder.embedding.weight',
    model: { decoder: { output: { from: ['state', 'embedding'] } } },
    filling: {
      'decoder.embedding.weight': 0,
      // [7, 8]: the last 4 columns read the embedding.
      'decoder.output.weight': (i) => (i % 8 < 4 ? 0 : Math.floor(i / 8) < 4 ? huge : -huge),
    },
  },
  {
    // Gradients of about 10²⁰⁰ are finite, their squares are not.
    tensor: 'the sum of the losses or of the squared gradients',
    model: { decoder: { output: { from: ['state', 'embedding'] } } },
    filling: {
      'decoder.embedding.weight': 0,
      'decoder.output.weight': (i) => (i % 8 < 4 ? 0 : Math.floor(i / 8) < 4 ? 1e200 : -1e200),
    },
  },
]

describe('a run stops at what is not finite, names the first such tensor, and leaves the weights', () => {
  for (const accumulate of [1, 3]) {
    test.each(cases)(`$tensor, accumulate ${accumulate}`, async ({ tensor, model, filling }) => {
      const seq2seq = smallModel(model)
      fill(seq2seq, filling)
      const before = await weightsOf(seq2seq)
      const live = seq2seq.session.backend.live()
      const run = trainAll(seq2seq, { epochs: 1, accumulate, batch: { size: accumulate === 1 ? 8 : 4 } })
      await expect(run).rejects.toThrow(NonFiniteError)
      await expect(run).rejects.toMatchObject({ step: 1, tensor })
      expect(await weightsOf(seq2seq)).toEqual(before)
      expect(seq2seq.session.backend.live()).toEqual(live)
    })
  }

  test.each([
    ['adam', adam({ weightDecay: 0.1 })],
    ['adamw', adamw()],
    ['adafactor', adafactor({ weightDecay: 0.1 })],
    ['sgd', sgd({ momentum: 0.9, nesterov: true })],
  ])('%s, in the middle of a run', async (_, optimizer) => {
    const seq2seq = smallModel()
    let before: Promise<unknown> = Promise.resolve()
    const run = trainAll(seq2seq, { epochs: 4, optimizer, batch: { size: 3 } }, ({ step }) => {
      if (step !== 4) return
      fill(seq2seq, { 'decoder.output.bias': Number.NaN })
      before = weightsOf(seq2seq)
    })
    await expect(run).rejects.toMatchObject({ step: 5, tensor: 'weight decoder.output.bias' })
    expect(await weightsOf(seq2seq)).toEqual(await before)
  })

  test('a learning rate that explodes', async () => {
    const seq2seq = smallModel({ cell: 'elman-relu' })
    const options: TrainOptions = {
      epochs: 20,
      optimizer: sgd(),
      clipNorm: 0,
      schedule: { type: 'constant', learningRate: 1e60 },
    }
    let before: Promise<Record<string, number[]>> = weightsOf(seq2seq)
    const run = trainAll(seq2seq, options, ({ type }) => {
      if (type === 'step') before = weightsOf(seq2seq)
    })
    await expect(run).rejects.toThrow(/^step [2-9]: .* is not finite\n {2}hint: lower the learning rate/)
    const after = await weightsOf(seq2seq)
    expect(Object.values(after).flat().every(Number.isFinite)).toBe(true)
    expect(after).toEqual(await before)
  })
})

test('a validation loss that is not finite stops the run too', async () => {
  const seq2seq = smallModel()
  const options = { epochs: 2, validation: { pairs } }
  const run = trainAll(seq2seq, options, ({ type }) => {
    if (type === 'step') fill(seq2seq, { 'decoder.output.bias': Number.NaN })
  })
  await expect(run).rejects.toMatchObject({ step: 1, tensor: 'validation loss' })
})
