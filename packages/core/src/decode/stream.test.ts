import { describe, expect, it } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { AbortError, OptionError } from '../errors.ts'
import { generate } from './generate.ts'
import type { StreamOptions } from './stream.ts'
import { stream } from './stream.ts'
import type { StreamedToken } from './streamed-token.ts'
import { tinyConfigs, tinySeq2Seq } from './testing/tiny-models.ts'

async function collect(tokens: AsyncIterable<StreamedToken>): Promise<StreamedToken[]> {
  const all: StreamedToken[] = []
  for await (const token of tokens) all.push(token)
  return all
}

const cases = Object.keys(tinyConfigs).flatMap((kind) =>
  [{ maxLength: 9 }, { sample: true, seed: 3, maxLength: 9, minLength: 2 }].map(
    (options): readonly [string, StreamOptions] => [kind, options],
  ),
)

describe('stream', () => {
  it.each(cases)('%s: is generate, token by token: %o', async (kind, options) => {
    const model = await tinySeq2Seq(kind)
    for (const source of ['a b c', '', 'g g d']) {
      const events = await collect(stream(model, source, options))
      const [{ best, text } = expect.fail()] = await generate(model, source, options)
      expect(events.map(({ piece }) => piece).join('')).toBe(text)
      expect(events.at(-1)!.text).toBe(text)
      expect(events.map(({ logProbability }) => logProbability)).toEqual([...best.logProbabilities])
      const written = best.finished === 'eos' ? events.slice(0, -1) : events
      expect(written.map(({ token }) => token)).toEqual(best.tokens)
      expect(written.map(({ id }) => id)).toEqual([...best.ids])
      expect(events.map(({ finished }) => finished)).toEqual([
        ...Array(events.length - 1).fill(undefined),
        best.finished,
      ])
    }
  })

  it('gives the attention of each token', async () => {
    const model = await tinySeq2Seq('concat with coverage')
    const events = await collect(stream(model, 'a b c', { attention: true }))
    const [result] = await generate(model, 'a b c', { attention: true })
    expect(events.flatMap(({ attention }) => [...attention!])).toEqual([...result!.best.attention!])
  })

  it('goes on from a target prefix, which it does not tell', async () => {
    const model = await tinySeq2Seq('concat with coverage')
    const options = { targetPrefix: 'q r', minLength: 2, maxLength: 5 }
    const events = await collect(stream(model, 'a b', options))
    const [result] = await generate(model, 'a b', options)
    expect(`q r${events.map(({ piece }) => piece).join('')}`).toBe(result!.text)
    expect(events[0]!.text).toMatch(/^q r [pqrst]$/)
    expect(events.length).toBe(result!.best.logProbabilities.length - 2)
  })

  it('gives the attention of every layer, of one token at a time', async () => {
    const model = await tinySeq2Seq('Transformer: post-norm, sinusoidal')
    const options = { attention: 'all', minLength: 18, maxLength: 19 } as const
    const events = await collect(stream(model, 'a b', options))
    const [result] = await generate(model, 'a b', options)
    const name = 'layers.1.self_attn'
    const { data, keys } = result!.best.layers![name]!
    events.forEach(({ layers }, t) => {
      const row = layers![name]!
      expect([row.heads, row.targets, row.keys]).toEqual([2, 1, t + 1])
      expect([...row.data.subarray(0, t + 1)]).toEqual([...data.subarray(t * keys, t * keys + t + 1)])
    })
  })

  it('gives its memory back after break and after abort', async () => {
    const backend = reference()
    const model = await tinySeq2Seq('Luong: general, input feeding; two LSTM layers', { backend })
    const baseline = backend.live()
    for await (const { text } of stream(model, 'a b c', { minLength: 8 })) {
      expect(backend.live().arrays).toBeGreaterThan(baseline.arrays)
      if (text.split(' ').length === 3) break
    }
    expect(backend.live()).toEqual(baseline)
    const controller = new AbortController()
    const run = async () => {
      for await (const { text } of stream(model, 'a b c', { minLength: 8, signal: controller.signal })) {
        if (text.split(' ').length === 3) controller.abort()
      }
    }
    await expect(run()).rejects.toThrow(AbortError)
    expect(backend.live()).toEqual(baseline)
  })

  it.each([
    { beams: 4 },
    { beams: 1 },
    { nbest: 1 },
    { lengthPenalty: 1 },
    { earlyStopping: true },
    { mustContain: ['p'] },
    { onToken: () => {} },
    { batchSize: 2 },
    { topK: 3 },
    { what: 1 },
  ])('refuses %o', async (options) => {
    const model = await tinySeq2Seq(Object.keys(tinyConfigs)[0]!)
    await expect(collect(stream(model, 'a', options as StreamOptions))).rejects.toThrow(OptionError)
  })
})
