import { describe, expect, it } from 'vitest'
import { reference } from '../backend/reference/reference.ts'
import { OptionError } from '../errors.ts'
import { encode } from './encode.ts'
import { tinyConfigs, tinySeq2Seq } from './testing/tiny-models.ts'

const sources = ['a b c', 'g', '', 'e d c b a g f']

describe('encode', () => {
  it.each(Object.keys(tinyConfigs))('%s: one state a token, alone as in a batch', async (kind) => {
    const backend = reference()
    const model = await tinySeq2Seq(kind, { backend })
    const baseline = backend.live()
    const together = await encode(model, sources, { lengthMultiple: 4 })
    const { encoder } = model.config
    const width = encoder.hiddenSize * (encoder.bidirectional ? 2 : 1)
    for (const [i, { source, tokens, states, size, context, final }] of together.entries()) {
      expect(source).toBe(sources[i])
      expect(tokens).toEqual([...source.split(' ').filter((token) => token !== ''), '<eos>'])
      expect([size, states.length, context.length]).toEqual([width, tokens.length * width, width])
      expect(final.length).toBe(encoder.layers)
      expect(final.at(-1)!.hidden).toEqual(context)
      expect('cell' in final[0]!).toBe(encoder.cell === 'lstm')
      // C = h_T: of a backward direction the last state stands at the first token.
      const last = states.subarray(states.length - width)
      const half = encoder.bidirectional ? width / 2 : width
      expect(context.subarray(0, half)).toEqual(last.subarray(0, half))
      expect(context.subarray(half)).toEqual(states.subarray(half, width))
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
