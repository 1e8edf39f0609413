import { describe, expect, it } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { OptionError } from '../errors.ts'
import type { RnnEncoderConfig } from '../models/config.ts'
import type { EncodedSource } from './encode.ts'
import { encode } from './encode.ts'
import { tinyConfigs, tinySeq2Seq } from './testing/tiny-models.ts'

const sources = ['a b c', 'g', '', 'e d c b a g f']

/** C = h_T: of a backward direction the last state stands at the first token. */
function expectRecurrent(encoder: RnnEncoderConfig, { states, size, context, final }: EncodedSource): void {
  expect(final.length).toBe(encoder.layers)
  expect('cell' in final[0]!).toBe(encoder.cell === 'lstm')
  const last = states.subarray(states.length - size)
  const half = encoder.bidirectional ? size / 2 : size
  expect(context.subarray(0, half)).toEqual(last.subarray(0, half))
  expect(context.subarray(half)).toEqual(states.subarray(half, size))
}

describe('encode', () => {
  it.each(Object.keys(tinyConfigs))('%s: one state a token, alone as in a batch', async (kind) => {
    const backend = reference()
    const model = await tinySeq2Seq(kind, { backend })
    const baseline = backend.live()
    const together = await encode(model, sources, { lengthMultiple: 4 })
    for (const [i, { source, tokens, states, size, context, final }] of together.entries()) {
      expect(source).toBe(sources[i])
      expect(tokens).toEqual([...source.split(' ').filter((token) => token !== ''), '<eos>'])
      const width = model.model.encoder.outputSize
      expect([size, states.length, context.length]).toEqual([width, tokens.length * width, width])
      expect(final.at(-1)!.hidden).toEqual(context)
      const { encoder } = model.config
      if (encoder.type === 'rnn') expectRecurrent(encoder, together[i]!)
      const [alone] = await encode(model, source)
      expect([...alone!.states]).toEqual([...states].map((value) => expect.closeTo(value, 6)))
    }
    expect(backend.live()).toEqual(baseline)
  })

  it('takes no sources, and refuses options that it has not', async () => {
    const model = await tinySeq2Seq(Object.keys(tinyConfigs)[0]!)
    expect(await encode(model, [])).toEqual([])
    await expect(encode(model, 'a', { beams: 2 } as object)).rejects.toThrow(OptionError)
  })
})
