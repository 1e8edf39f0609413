import { describe, expect, it } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { Session } from '../backend/session.ts'
import { OptionError } from '../errors.ts'
import { initialValue } from '../models/initial-weights.ts'
import { createModel } from '../models/model.ts'
import { createSeq2Seq, Seq2Seq } from '../models/seq2seq.ts'
import { UNK_ID } from '../text/index.ts'
import { generate } from './generate.ts'
import type { GenerateOptions } from './options.ts'
import { score } from './score.ts'
import { stream } from './stream.ts'
import { teacherForced } from './testing/teacher-forced.ts'
import { tinyConfigs, tinySeq2Seq } from './testing/tiny-models.ts'

const kinds = Object.keys(tinyConfigs)
const withAttention = 'Bahdanau: additive, previous state; bidirectional encoder'
const sources = ['a b c', 'g', 'f f f f f f', '', 'e d c b a g f', 'b', 'c c', 'd e f']

/** The names of the layers whose attention a decoder tells. */
function layerNames(kind: string): string[] {
  if (!/Transformer:|SSRU/.test(kind)) return ['attention']
  const names = [0, 1].map((layer) => `layers.${layer}.multihead_attn`)
  return kind.startsWith('SSRU') ? names : [...names, ...[0, 1].map((layer) => `layers.${layer}.self_attn`)]
}

describe('options of generate', () => {
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

  it.each(kinds.slice(1))(
    "%s: gives every layer's and head's attention, and their rows sum to 1",
    async (kind) => {
      const model = await tinySeq2Seq(kind)
      if (kind.startsWith('plain')) {
        await expect(generate(model, 'a', { attention: 'all' })).rejects.toThrow(OptionError)
        return
      }
      const options = { attention: 'all', beams: 2, minLength: 17, maxLength: 20 } as const
      const results = await generate(model, sources, options)
      const names = new Set(results.flatMap(({ best }) => Object.keys(best.layers!)))
      expect(names).toEqual(new Set(layerNames(kind)))
      for (const { best, sourceTokens } of results) {
        for (const [name, { data, heads, targets, keys }] of Object.entries(best.layers!)) {
          expect(targets).toBe(best.logProbabilities.length)
          expect(keys).toBe(name.endsWith('self_attn') ? targets : sourceTokens.length)
          for (let row = 0; row < heads * targets; row++) {
            const weights = data.subarray(row * keys, (row + 1) * keys)
            expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5)
          }
        }
      }
    },
  )

  it('begins with the target prefix, which no length and no score counts', async () => {
    const model = await tinySeq2Seq(withAttention)
    const prefixes = ['q p', 't', '']
    const options = { maxLength: 4, minLength: 2, attention: true }
    for (const way of [{}, { beams: 3, nbest: 2 }, { sample: true }] satisfies GenerateOptions[]) {
      const results = await generate(model, ['a b', 'c', 'd'], { ...options, ...way, targetPrefix: prefixes })
      for (const { steps, full } of await teacherForced(model, results)) {
        expect(steps).toEqual(full.map((logp) => expect.closeTo(logp, 8)))
      }
      for (const [i, { hypotheses, sourceTokens }] of results.entries()) {
        const given = prefixes[i]!.split(' ').filter((token) => token !== '').length
        for (const { text, score: mean, logProbabilities, attention } of hypotheses) {
          expect(text.startsWith(prefixes[i]!)).toBe(true)
          const generated = logProbabilities.slice(given)
          expect(generated.length).toBeLessThanOrEqual(4)
          const total = generated.reduce((sum, each) => sum + each, 0)
          expect(mean).toBeCloseTo(total / generated.length, 8)
          expect(attention!.length).toBe(logProbabilities.length * sourceTokens.length)
        }
      }
    }
  })

  it('puts the source token that was looked at most in place of <unk>', async () => {
    const model = await tinySeq2Seq(withAttention)
    const weights = await model.weights()
    weights.get('decoder.output.bias')!.data[UNK_ID] = 50
    model.setWeights(weights)
    const options = { maxLength: 3, attention: true }
    const [plain] = await generate(model, 'a zebra c', options)
    expect(plain!.text).toBe('<unk> <unk> <unk>')
    const [replaced] = await generate(model, 'a zebra c', { ...options, replaceUnknown: true })
    const { attention, ids, tokens } = replaced!.best
    expect([...ids]).toEqual([UNK_ID, UNK_ID, UNK_ID])
    expect(tokens).toEqual(
      [0, 1, 2].map((t) => {
        const row = [...attention!.subarray(4 * t, 4 * t + 3)]
        return ['a', 'zebra', 'c'][row.indexOf(Math.max(...row))]
      }),
    )
    const [empty] = await generate(model, '', { maxLength: 1, replaceUnknown: true })
    expect(empty!.text).toBe('<unk>')
    expect(empty!.best).not.toHaveProperty('attention')
    const noAttention = await tinySeq2Seq(kinds[0]!)
    await expect(generate(noAttention, 'a', { replaceUnknown: true })).rejects.toThrow(/^replaceUnknown: /)
    const coverage = { beams: 2, coveragePenalty: 1 }
    await expect(generate(noAttention, 'a', coverage)).rejects.toThrow(/^coveragePenalty: /)
  })

  it('ranks by coverage, and writes what must occur, by source', async () => {
    const model = await tinySeq2Seq(withAttention, { seed: 5 })
    const options = { beams: 4, nbest: 4, maxLength: 6, attention: true } as const
    for (const { hypotheses } of await generate(model, ['a b c d'], { ...options, coveragePenalty: 2 })) {
      for (const { attention, score: found, logProbabilities } of hypotheses) {
        const sums = [0, 1, 2, 3, 4].map((i) =>
          attention!.filter((_, at) => at % 5 === i).reduce((a, b) => a + b),
        )
        const cost = sums.reduce((sum, each) => sum + Math.log(Math.min(Math.max(each, 1e-10), 1)), 0)
        const mean = logProbabilities.reduce((a, b) => a + b) / logProbabilities.length
        expect(found).toBeCloseTo(mean + 2 * cost, 4)
      }
    }
    const results = await generate(model, ['a', 'b'], {
      ...options,
      mustContain: ({ text }) => (text === 'a' ? ['t t', 'r'] : ['s p']),
    })
    for (const { text } of results[0]!.hypotheses) expect(text).toMatch(/t t/)
    for (const { text } of results[0]!.hypotheses) expect(text).toMatch(/r/)
    for (const { text } of results[1]!.hypotheses) expect(text).toMatch(/s p/)
  })

  it('tells each token as it comes', async () => {
    const model = await tinySeq2Seq(withAttention)
    const pieces: string[] = sources.map(() => '')
    const ends: (string | undefined)[] = []
    const results = await generate(model, sources, {
      batchSize: 3,
      maxLength: 6,
      onToken({ piece, finished }, index) {
        pieces[index] += piece
        if (finished) ends[index] = finished
      },
    })
    expect(pieces).toEqual(results.map(({ text }) => text))
    expect(ends).toEqual(results.map(({ best }) => best.finished))
  })

  it('refuses what the model cannot read or write', async () => {
    const tokenizers = (await tinySeq2Seq(kinds[0]!)).tokenizers
    const part = { type: 'transformer', modelSize: 4, heads: 1, layers: 1, feedForwardSize: 4 }
    const stack = { ...part, positions: { type: 'learned', length: 8 } }
    const config = { version: 1, encoder: stack, decoder: stack }
    const model = createSeq2Seq({ config, tokenizers, backend: reference() })
    const [result] = await generate(model, 'a b c d e f g', { minLength: 8 })
    expect(result!.best.ids.length).toBe(8)
    await expect(generate(model, ['a', 'a b c d e f g a'])).rejects.toThrow(
      /source 1 has 9 tokens, <eos> counted; the model reads at most 8/,
    )
    await expect(generate(model, 'a', { maxLength: 9 })).rejects.toThrow(
      /^maxLength: 9, but the model writes/,
    )
    const long = 'p p p p p p p p'
    await expect(score(model, [{ source: 'a', target: long }])).rejects.toThrow(
      /the target of pair 0 has 9 tokens, <eos> counted; the model reads at most 8/,
    )
    expect(await score(model, [{ source: 'a', target: long.slice(2) }])).toMatchObject([{ tokens: 8 }])
  })

  it('reads frames where the model does: batch = one by one, streamed too', async () => {
    const stack = { type: 'transformer', modelSize: 8, heads: 2, layers: 1, feedForwardSize: 8 }
    const encoder = { ...stack, input: { type: 'frames', features: 2, strides: [1, 2] } }
    const config = { version: 1, targetVocabularySize: 9, encoder, decoder: stack }
    const backend = reference()
    const { tokenizers } = await tinySeq2Seq(kinds[0]!)
    const model = new Seq2Seq(createModel(config), tokenizers, new Session(backend))
    for (const parameter of model.model.parameters) {
      const value = initialValue(parameter, 1)
      model.session.set(parameter.path, { ...value, data: value.data.map((number) => 3 * number) })
    }
    const baseline = backend.live()
    const recordings = [3, 8, 1].map((count) =>
      Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i + count)),
    )
    const options = { maxLength: 8, attention: true } as const
    const results = await generate(model, recordings, options)
    expect(results.map(({ sourceTokens }) => sourceTokens)).toEqual([['0', '1'], ['0', '1', '2', '3'], ['0']])
    for (const [i, { best }] of results.entries()) {
      const [alone] = await generate(model, recordings[i]!, options)
      expect([...alone!.best.ids]).toEqual([...best.ids])
      expect([...alone!.best.attention!]).toEqual(
        [...best.attention!].map((weight) => expect.closeTo(weight, 5)),
      )
      let streamed = ''
      for await (const { piece } of stream(model, recordings[i]!, options)) streamed += piece
      expect(streamed).toBe(best.text)
    }
    expect(backend.live()).toEqual(baseline)
    await expect(generate(model, 'a')).rejects.toThrow(
      /source 0 is no Float32Array: the model reads frames of 2/,
    )
    await expect(generate(model, new Float32Array(3))).rejects.toThrow(/3 numbers, which make no frames of 2/)
    await expect(generate(model, recordings, { lengthMultiple: 2 })).rejects.toThrow(/^lengthMultiple: /)
    await expect(generate(model, recordings, { replaceUnknown: true })).rejects.toThrow(/^replaceUnknown: /)
    await expect(score(model, [])).rejects.toThrow(/this model reads frames/)
  })
})
