import { describe, expect, it } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { AbortError, NonFiniteError } from '../errors.ts'
import { EOS_ID, PAD_ID, SOS_ID } from '../text/index.ts'
import type { Generated } from './generate.ts'
import { generate } from './generate.ts'
import type { GenerateOptions } from './options.ts'
import { teacherForced } from './testing/teacher-forced.ts'
import type { TinyConfig } from './testing/tiny-models.ts'
import { randomMixture, tinyConfigs, tinySeq2Seq } from './testing/tiny-models.ts'

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
      layers:
        each.layers &&
        Object.entries(each.layers).map(([name, { data, ...sizes }]) => [name, near(data, 5), sizes]),
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

function randomOptions(pick: (count: number) => number, hasAttention: boolean): GenerateOptions {
  const minLength = pick(3)
  const rules: GenerateOptions = {
    minLength,
    maxLength: Math.max(2, minLength + 1) + pick(10),
    ...(pick(3) === 0 ? { repetitionPenalty: 0.5 + pick(3) } : {}),
    ...(pick(3) === 0 ? { noRepeatNgramSize: 2 + pick(2) } : {}),
    ...(pick(3) === 0 ? { suppressTokens: [['p', 's'][pick(2)]!] } : {}),
    ...(pick(3) === 0 ? { tokenBias: [['t', 1 - pick(3)] as const] } : {}),
    ...(pick(4) === 0 ? { forcedLast: EOS_ID } : {}),
    ...[{}, {}, { forcedFirst: 'q' }, { targetPrefix: ['', 'q', 'r t q'][pick(3)]! }][pick(4)],
    ...(pick(3) === 0 ? { allowedTokens: (ids) => (ids.at(-1) === 6 ? [5, 7, 8, EOS_ID] : allIds) } : {}),
    ...(hasAttention && pick(2) === 0 ? { attention: ([true, 'all'] as const)[pick(2)]! } : {}),
    ...(hasAttention && pick(3) === 0 ? { replaceUnknown: true } : {}),
  }
  const way = pick(4)
  if (way === 0) return rules
  if (way === 1) {
    const filters = [{ topK: 2 + pick(4) }, { topP: 0.9 }, { minP: 0.1 }, { typicalP: 0.8 }][pick(4)]
    return { ...rules, sample: true, seed: pick(99), temperature: 0.5 + pick(3), ...filters }
  }
  const beams = 2 * (1 + pick(2))
  return {
    ...rules,
    beams,
    nbest: 1 + pick(beams),
    lengthPenalty: pick(3) - 0.5,
    lengthPenaltyKind: (['average', 'wu'] as const)[pick(2)]!,
    earlyStopping: ([true, false, 'never'] as const)[pick(3)]!,
    patience: 1 + pick(3) / 2,
    ...(hasAttention && pick(2) === 0 ? { coveragePenalty: 0.3 } : {}),
    ...[{}, { beamGroups: 2, diversityPenalty: 1 }, { mustContain: ['r'] }][pick(3)],
  }
}

const allIds = [4, 5, 6, 7, 8, EOS_ID]

/** Batch = one by one, steps = the full pass, and no memory is kept, by random options. */
async function expectLaws(config: string | TinyConfig, seed: number, hasAttention: boolean): Promise<void> {
  const backend = reference()
  const model = await tinySeq2Seq(config, { seed, backend })
  const baseline = backend.live()
  const pick = picker(seed + 1)
  const options = randomOptions(pick, hasAttention)
  const batched = await generate(model, sources, { ...options, batchSize: 3 + pick(6) })
  expect(batched.map(({ source }) => source)).toEqual(sources)
  const again = await generate(model, sources, { ...options, batchSize: 1, lengthMultiple: 1 + pick(4) })
  expect(rounded(again), `options ${JSON.stringify(options)}`).toEqual(rounded(batched))
  for (const { steps, full } of await teacherForced(model, batched)) {
    expect(steps).toEqual(full.map((logp) => expect.closeTo(logp, 8)))
  }
  expect(backend.live()).toEqual(baseline)
  await model.dispose()
  expect(backend.live()).toEqual({ arrays: 0, bytes: 0 })
}

describe('generate', () => {
  it.each(kinds.flatMap((kind) => [0, 1, 2, 3, 4, 5, 6, 7].map((seed) => [kind, seed] as const)))(
    '%s: batch = one by one, steps = the full pass, no memory kept (seed %i)',
    (kind, seed) => expectLaws(kind, seed, !kind.startsWith('plain')),
  )

  it.each(Array.from({ length: 24 }, (_, seed) => seed))(
    'any encoder, any decoder: batch = one by one, steps = the full pass, no memory kept (seed %i)',
    (seed) => expectLaws(randomMixture(picker(Math.imul(seed + 1, 2654435761))), seed, true),
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
