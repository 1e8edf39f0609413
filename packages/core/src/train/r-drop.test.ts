import { describe, expect, test } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { Session } from '../backend/session.ts'
import { OptionError } from '../errors.ts'
import { trace } from '../graph/trace.ts'
import { distance, smallModel, stepsOf, trainAll, weightsOf } from '../testing/small-model.ts'
import { numbers } from './numbers.ts'
import type { TrainOptions } from './options.ts'
import { symmetricDivergence } from './r-drop.ts'
import { sgd } from './sgd.ts'

/** One step of plain SGD at rate 1 without clipping. */
const bare: TrainOptions = {
  steps: 1,
  optimizer: sgd(),
  schedule: { type: 'constant', learningRate: 1 },
  clipNorm: 0,
}

async function lossOf(options: TrainOptions): Promise<number> {
  return stepsOf(await trainAll(smallModel({ dropout: 0.3 }), { ...bare, ...options }))[0]!.loss
}

test('the divergence of two rows is that of the definition, and 0 where they are one', async () => {
  const graph = trace('divergence', (t) => {
    const p = t.input('p', 'float', [2])
    const q = t.input('q', 'float', [2])
    return { apart: symmetricDivergence(p, q), same: symmetricDivergence(p, p) }
  })
  const logits = (probabilities: number[]) => ({
    kind: 'float' as const,
    shape: [2],
    // Logits may be shifted by anything.
    data: Float64Array.from(probabilities, (probability) => Math.log(probability) + 7),
  })
  const program = await new Session(reference()).compile(graph)
  const result = await numbers(program, { p: logits([0.5, 0.5]), q: logits([0.25, 0.75]) })
  // KL(P‖Q) = ½ ln 2 + ½ ln ⅔, KL(Q‖P) = ¼ ln ½ + ¾ ln 1½.
  const expected = (Math.log(2) + Math.log(2 / 3)) / 2 + Math.log(1 / 2) / 4 + 0.75 * Math.log(1.5)
  expect(result.apart).toBeCloseTo(expected, 14)
  expect(result.same).toBe(0)
})

describe('a step', () => {
  test('takes the mean of two passes with different masks, and their divergence times the weight', async () => {
    const first = await lossOf({})
    const [one, two, four] = [
      await lossOf({ rDrop: { weight: 1 } }),
      await lossOf({ rDrop: { weight: 2 } }),
      await lossOf({ rDrop: { weight: 4 } }),
    ]
    const divergence = two - one
    expect(divergence).toBeGreaterThan(0)
    expect(four - one).toBeCloseTo(3 * divergence, 12)
    // What is left without it is the mean of both passes, of which the first is the plain one.
    const second = 2 * (one - divergence) - first
    expect(second).not.toBeCloseTo(first, 6)
    expect(second).toBeCloseTo(first, 0)
  })

  test('goes down the gradient of that loss', async () => {
    const options: TrainOptions = {
      ...bare,
      rDrop: { weight: 3 },
      schedule: { type: 'constant', learningRate: 1e-5 },
    }
    const seq2seq = smallModel({ dropout: 0.3 })
    const loss = stepsOf(await trainAll(seq2seq, options))[0]!
    // The same masks at the weights after the step: the loss is less by the rate times the squared norm.
    const after = stepsOf(await trainAll(seq2seq, options))[0]!
    expect((loss.loss - after.loss) / (1e-5 * loss.gradientNorm ** 2)).toBeCloseTo(1, 3)
  })

  test('is the same in accumulated batches, which draw masks of their own', async () => {
    const rDrop = { weight: 2 }
    const batch = { size: 4 }
    const options: TrainOptions = { ...bare, rDrop, batch, accumulate: 2 }
    const runs = [smallModel({ dropout: 0.3 }), smallModel({ dropout: 0.3 })]
    for (const run of runs) await trainAll(run, options)
    const [one, two] = [await weightsOf(runs[0]!), await weightsOf(runs[1]!)]
    expect(two).toEqual(one)
    const plain = smallModel({ dropout: 0.3 })
    await trainAll(plain, { ...options, rDrop: undefined })
    expect(distance(await weightsOf(plain), one)).toBeGreaterThan(1e-4)
  })

  test.each([1, 2])('of a model without dropout is refused, accumulate %d', async (accumulate) => {
    const seq2seq = smallModel()
    const before = seq2seq.session.backend.live()
    const run = trainAll(seq2seq, { ...bare, accumulate, rDrop: { weight: 1 } })
    await expect(run).rejects.toThrow(OptionError)
    await expect(run).rejects.toThrow('rDrop: the model has no dropout')
    expect(seq2seq.session.backend.live()).toEqual(before)
  })
})
