import { describe, expect, it } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { AbortError, NonFiniteError, OptionError } from '../errors.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import { PAD_ID, SOS_ID } from '../text/index.ts'
import type { Generated } from './generate.ts'
import { generate } from './generate.ts'
import type { GenerateOptions } from './options.ts'
import { score } from './score.ts'
import { tinyConfigs, tinySeq2Seq } from './testing/tiny-models.ts'

const kinds = Object.keys(tinyConfigs)
const withAttention = 'Bahdanau: additive, previous state; bidirectional encoder'
const sources = ['a b c', 'g', 'f f f f f f', '', 'e d c b a g f', 'b', 'c c', 'd e f']

/** What must be equal, with floats as near as the reference's float64 sums in another order are. */
function rounded(results: readonly Generated[]): unknown {
  const near = (values: ArrayLike<number>, digits: number) =>
    Array.from(values, (value) => Number(value.toFixed(digits)))
  return results.map(({ source, sourceTokens, hypotheses }) => ({
    source,
    sourceTokens,
    hypotheses: hypotheses.map((each) => ({
      ...each,
      score: near([each.score], 8),
      logProbabilities: near(each.logProbabilities, 8),
      attention: each.attention && near(each.attention, 5),
    })),
  }))
}

/** A small generator for choosing cases. */
function picker(seed: number): (count: number) => number {
  let state = seed
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * count)
  }
}

function randomOptions(pick: (count: number) => number): GenerateOptions {
  const minLength = pick(3)
  const lengths = { minLength, maxLength: Math.max(1, minLength) + pick(10) }
  if (pick(3) === 0) return lengths
  if (pick(2) === 0) {
    return {
      ...lengths,
      sample: true,
      seed: pick(99),
      temperature: 0.5 + pick(3),
      topK: 2 + pick(4),
      topP: 0.9,
    }
  }
  const beams = 2 + pick(4)
  return { ...lengths, beams, nbest: 1 + pick(beams), lengthPenalty: pick(3) }
}

/** Each hypothesis scored again by teacher forcing has the log-probabilities of its steps. */
async function expectScored(model: Seq2Seq, results: readonly Generated[]): Promise<void> {
  const hypotheses = results.flatMap(({ source, hypotheses }) => hypotheses.map((each) => ({ source, each })))
  const scored = await score(
    model,
    hypotheses.map(({ source, each }) => ({ source, target: each.text })),
  )
  hypotheses.forEach(({ each }, i) => {
    const steps = [...each.logProbabilities]
    const full = [...scored[i]!.perToken].slice(0, steps.length)
    expect(steps).toEqual(full.map((nats) => expect.closeTo(-nats, 8)))
  })
}

describe('generate', () => {
  it.each(kinds.flatMap((kind) => [0, 1, 2, 3].map((seed) => [kind, seed] as const)))(
    '%s: batch = one by one, steps = the full pass, no memory kept (seed %i)',
    async (kind, seed) => {
      const backend = reference()
      const model = await tinySeq2Seq(kind, { seed, backend })
      const baseline = backend.live()
      const pick = picker(seed + 1)
      const options = randomOptions(pick)
      const batched = await generate(model, sources, { ...options, batchSize: 3 + pick(6) })
      expect(batched.map(({ source }) => source)).toEqual(sources)
      const again = await generate(model, sources, { ...options, batchSize: 1, lengthMultiple: 1 + pick(4) })
      expect(rounded(again), `options ${JSON.stringify(options)}`).toEqual(rounded(batched))
      await expectScored(model, batched)
      expect(backend.live()).toEqual(baseline)
      await model.dispose()
      expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
    },
  )

  it.each(kinds)('%s: options are followed, and the source matters', async (kind) => {
    const model = await tinySeq2Seq(kind, { seed: 3 })
    for (const options of [{}, { beams: 3, nbest: 3 }, { sample: true }] satisfies GenerateOptions[]) {
      const results = await generate(model, sources, { ...options, minLength: 2, maxLength: 5 })
      for (const { text, best, hypotheses } of results) {
        expect(text).toBe(best.text)
        expect(text).toBe(best.tokens.join(' '))
        const scores = hypotheses.map((each) => each.score)
        expect(scores).toEqual([...scores].sort((a, b) => b - a))
        for (const { tokens, ids, finished, logProbabilities, score: mean } of hypotheses) {
          expect(tokens.length).toBeGreaterThanOrEqual(2)
          expect(ids.length).toBe(tokens.length)
          expect(logProbabilities.length).toBe(tokens.length + (finished === 'eos' ? 1 : 0))
          expect(logProbabilities.length).toBeLessThanOrEqual(5)
          if (finished === 'length') expect(logProbabilities.length).toBe(5)
          const total = logProbabilities.reduce((sum, each) => sum + each, 0)
          expect(mean).toBeCloseTo(total / logProbabilities.length, 10)
        }
      }
      expect(new Set(results.map(({ best }) => best.logProbabilities[0]!.toFixed(6))).size).toBeGreaterThan(1)
    }
  })

  it('draws anew for the same source in another place, and the same for a seed', async () => {
    const model = await tinySeq2Seq(kinds[1]!, { scale: 1 })
    const same = Array.from({ length: 8 }, () => 'a b c')
    const options = { sample: true, seed: 5, maxLength: 10 }
    const texts = (await generate(model, same, options)).map(({ text }) => text)
    expect(new Set(texts).size).toBeGreaterThan(4)
    expect((await generate(model, same, { ...options, batchSize: 3 })).map(({ text }) => text)).toEqual(texts)
    expect((await generate(model, same, { ...options, seed: 6 })).map(({ text }) => text)).not.toEqual(texts)
  })

  it('gives attention as rows over the source that sum to 1', async () => {
    const model = await tinySeq2Seq(withAttention)
    for (const { sourceTokens, hypotheses } of await generate(model, sources, {
      attention: true,
      beams: 2,
      nbest: 2,
    })) {
      expect(sourceTokens.at(-1)).toBe('<eos>')
      for (const { attention, logProbabilities } of hypotheses) {
        expect(attention!.length).toBe(logProbabilities.length * sourceTokens.length)
        for (let t = 0; t < logProbabilities.length; t++) {
          const row = attention!.subarray(t * sourceTokens.length, (t + 1) * sourceTokens.length)
          expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5)
        }
      }
    }
    const [plain] = await generate(model, 'a b', {})
    expect(plain!.best).not.toHaveProperty('attention')
    const noAttention = await tinySeq2Seq(kinds[0]!)
    await expect(generate(noAttention, 'a', { attention: true })).rejects.toThrow(OptionError)
  })

  it('takes no sources, one, unknown words, and a very long one', async () => {
    const model = await tinySeq2Seq(withAttention)
    expect(await generate(model, [])).toEqual([])
    const [unknown] = await generate(model, 'a ৯ zebra', { maxLength: 3 })
    expect(unknown!.sourceTokens).toEqual(['a', '৯', 'zebra', '<eos>'])
    const long = Array.from({ length: 700 }, (_, i) => 'abcdefg'[i % 7]).join(' ')
    const [result] = await generate(model, long, { maxLength: 4, attention: true })
    expect(result!.best.attention!.length).toBe(result!.best.logProbabilities.length * 701)
    await expect(generate(model, [3 as unknown as string])).rejects.toThrow(/source 0 is number, not a text/)
  })

  it('has a default length that grows with the source', async () => {
    const model = await tinySeq2Seq(kinds[0]!)
    const weights = await model.weights()
    weights.get('decoder.output.bias')!.data[3] = -1000
    model.setWeights(weights)
    const lengths = (await generate(model, ['a', 'a b c'])).map(({ best }) => best.ids.length)
    expect(lengths).toEqual([2 * 2 + 50, 2 * 4 + 50])
    const [least] = await generate(model, 'a', { minLength: 7 })
    expect([least!.best.ids.length, least!.best.finished]).toEqual([2 * 2 + 50 + 7, 'length'])
  })

  it.each([{}, { beams: 3 }])('stops when aborted, and gives its memory back: %o', async (options) => {
    const backend = reference()
    const model = await tinySeq2Seq(withAttention, { backend })
    const baseline = backend.live()
    const early = new AbortController()
    early.abort('changed my mind')
    await expect(generate(model, sources, { ...options, signal: early.signal })).rejects.toThrow(AbortError)
    const signal = abortedAfter(7)
    await expect(generate(model, sources, { ...options, minLength: 30, signal })).rejects.toThrow(AbortError)
    expect(backend.live()).toEqual(baseline)
  })

  it('says so when the model predicts NaN, and gives its memory back', async () => {
    const backend = reference()
    const model = await tinySeq2Seq(kinds[1]!, { backend })
    const weights = await model.weights()
    weights.get('decoder.output.bias')!.data[5] = Number.NaN
    model.setWeights(weights)
    const baseline = backend.live()
    const failing = generate(model, ['a', 'b'])
    await expect(failing).rejects.toThrow(NonFiniteError)
    await expect(failing).rejects.toThrow(/step 1: the prediction for source 0 is not finite/)
    expect(backend.live()).toEqual(baseline)
  })

  it('says so when no token may follow', async () => {
    const model = await tinySeq2Seq(kinds[1]!)
    const weights = await model.weights()
    weights.get('decoder.output.bias')!.data.fill(-Infinity, 1, 2).fill(-Infinity, 3)
    model.setWeights(weights)
    for (const options of [{}, { beams: 2 }, { sample: true }]) {
      await expect(generate(model, 'a', options)).rejects.toThrow(/no token may follow/)
    }
  })

  it('never writes <pad> or <sos>, however likely they are', async () => {
    const model = await tinySeq2Seq(kinds[1]!)
    const weights = await model.weights()
    weights
      .get('decoder.output.bias')!
      .data.fill(50, PAD_ID, PAD_ID + 1)
      .fill(50, SOS_ID, SOS_ID + 1)
    model.setWeights(weights)
    for (const options of [{}, { beams: 3, nbest: 3 }, { sample: true }]) {
      for (const { hypotheses } of await generate(model, sources, { ...options, maxLength: 6 })) {
        for (const { ids } of hypotheses) expect([...ids].filter((id) => id < 4)).toEqual([])
      }
    }
  })

  it('runs two calls at once', async () => {
    const model = await tinySeq2Seq(withAttention)
    const alone = rounded(await generate(model, sources, { beams: 2 }))
    const both = await Promise.all([generate(model, sources, { beams: 2 }), generate(model, sources)])
    expect(rounded(both[0])).toEqual(alone)
  })
})

/** A signal that is aborted once it was looked at `looks` times: the same moment in every run. */
function abortedAfter(looks: number): AbortSignal {
  const { signal } = new AbortController()
  let left = looks
  return new Proxy(signal, {
    get(target, key) {
      if (key === 'aborted') return left-- <= 0
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
