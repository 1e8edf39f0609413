import { describe, expect, it } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { DataError, OptionError } from '../errors.ts'
import { PAD_ID, SOS_ID } from '../text/index.ts'
import { perplexity, score } from './score.ts'
import { tinyConfigs, tinySeq2Seq } from './testing/tiny-models.ts'

const pairs = [
  { source: 'a b c', target: 'p q' },
  { source: 'g', target: 'r' },
  { source: 'a b c', target: 'q p t s r q' },
  { source: '', target: '' },
  { source: 'c ৯ d', target: 'unknown p' },
]

describe('score', () => {
  it.each(Object.keys(tinyConfigs))('%s: alone as in a batch, and no memory kept', async (kind) => {
    const backend = reference()
    const model = await tinySeq2Seq(kind, { backend })
    const baseline = backend.live()
    const together = await score(model, pairs, { lengthMultiple: 4 })
    expect(together.map(({ tokens }) => tokens)).toEqual([3, 2, 7, 1, 3])
    for (const [i, { nats, tokens, perToken }] of together.entries()) {
      expect(perToken.length).toBe(tokens)
      expect(nats).toBeCloseTo(
        perToken.reduce((sum, each) => sum + each, 0),
        10,
      )
      const [alone] = await score(model, [pairs[i]!], { batchSize: 1 })
      expect([...alone!.perToken]).toEqual([...perToken].map((value) => expect.closeTo(value, 8)))
    }
    expect(backend.live()).toEqual(baseline)
  })

  it('of all targets that there can be sums to probability 1', async () => {
    const model = await tinySeq2Seq('concat with coverage')
    const weights = await model.weights()
    const bias = weights.get('decoder.output.bias')!.data
    bias[PAD_ID] = -1000
    bias[SOS_ID] = -1000
    model.setWeights(weights)
    const words = ['p', 'q', 'r', 's', 't']
    const targets = ['', ...words, ...words.flatMap((first) => words.map((second) => `${first} ${second}`))]
    const scored = await score(
      model,
      targets.map((target) => ({ source: 'a b', target })),
    )
    // Two tokens without their <eos> stand for all targets that begin with them.
    const probabilities = scored.map(({ perToken }) => {
      const counted = perToken.length === 3 ? perToken.subarray(0, 2) : perToken
      return Math.exp(-counted.reduce((nats, each) => nats + each, 0))
    })
    expect(probabilities.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 10)
  })

  it('gives e^(nats per token) as perplexity', () => {
    const target = (nats: number, tokens: number) => ({ nats, tokens, perToken: new Float64Array(tokens) })
    expect(perplexity([target(6, 2), target(0, 4)])).toBeCloseTo(Math.E, 12)
    expect(() => perplexity([])).toThrow(DataError)
  })

  it('takes no pairs, and refuses options that it has not', async () => {
    const model = await tinySeq2Seq(Object.keys(tinyConfigs)[0]!)
    expect(await score(model, [])).toEqual([])
    await expect(score(model, pairs, { nbest: 2 } as object)).rejects.toThrow(OptionError)
  })
})
