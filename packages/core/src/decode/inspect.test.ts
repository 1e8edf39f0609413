import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { encode } from './encode.ts'
import { generate } from './generate.ts'
import { inspect } from './inspect.ts'
import { score } from './score.ts'
import { tinyConfigs, tinySeq2Seq } from './testing/tiny-models.ts'

const kinds = Object.keys(tinyConfigs)
const pair = { source: 'a b c', target: 'r q' }

describe.each(kinds)('%s', (kind) => {
  it('shows the values that scoring and encoding go through', async () => {
    const model = await tinySeq2Seq(kind)
    const { sourceTokens, targetTokens, values } = await inspect(model, pair)
    expect(sourceTokens).toEqual(['a', 'b', 'c', '<eos>'])
    expect(targetTokens).toEqual(['<sos>', 'r', 'q'])

    const logits = values.get('decoder.logits')!
    const [T, V] = logits.shape as [number, number]
    expect(T).toBe(3)
    const [scored] = await score(model, [pair])
    const ids = [...model.tokenizers.target.encode(pair.target), 3]
    ids.forEach((id, t) => {
      const row = [...logits.data.subarray(t * V, (t + 1) * V)]
      const logSum = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0))
      expect(logSum - row[id]!).toBeCloseTo(scored!.perToken[t]!, 6)
    })

    const [encoded] = await encode(model, pair.source)
    const states = values.get('encoder.states')!
    expect(states.shape).toEqual([4, encoded!.size])
    expect(states.data[5]!).toBeCloseTo(encoded!.states[5]!, 6)
    expect([...values.keys()].every((name) => /^(encoder|decoder)\./.test(name))).toBe(true)
  })
})

it('shows the heads of each attention of a Transformer, as generate tells them', async () => {
  const kind = kinds.find((name) => name.startsWith('Transformer:'))!
  const model = await tinySeq2Seq(kind)
  const [{ best }] = (await generate(model, pair.source, { attention: 'all', maxLength: 3 })) as [
    Awaited<ReturnType<typeof generate>>[number],
  ]
  const { values } = await inspect(model, { source: pair.source, target: best.text })
  const cross = values.get('decoder.layers.0.multihead_attn.weights')!
  const [H, T, S] = cross.shape as [number, number, number]
  const told = best.layers!['layers.0.multihead_attn']!
  expect([H, S]).toEqual([told.heads, 4])
  const steps = Math.min(T, best.logProbabilities.length)
  for (let head = 0; head < H; head++) {
    for (let s = 0; s < S * steps; s++) {
      const of = told.data[head * best.logProbabilities.length * S + s]!
      expect(cross.data[head * T * S + s]!).toBeCloseTo(of, 5)
    }
  }
  for (const name of ['query', 'key', 'value', 'context', 'output']) {
    expect(values.has(`encoder.layers.1.self_attn.${name}`), name).toBe(true)
  }
  const causal = values.get('decoder.layers.0.self_attn.weights')!
  expect(causal.data[1]).toBe(0)
})

it('gives its memory back', async () => {
  const model = await tinySeq2Seq(kinds[0]!)
  const { backend } = model.session
  const before = backend.live()
  await inspect(model, pair)
  expect(backend.live()).toEqual(before)
})

it('refuses a pair that is longer than the model reads', async () => {
  const stack = { type: 'transformer', positions: { type: 'learned', length: 4 } }
  const model = await tinySeq2Seq({ encoder: stack, decoder: stack })
  await expect(inspect(model, { source: 'a', target: 'p p p p p' })).rejects.toThrow(DataError)
})
