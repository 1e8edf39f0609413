import { describe, expect, test } from 'vitest'
import { ConfigError } from '../errors.ts'
import { readModelConfig } from './config-reader.ts'
import { preset, presetNames } from './presets.ts'

const encoder = { type: 'transformer', modelSize: 8, heads: 2 }
const decoder = { type: 'transformer', modelSize: 8, heads: 2 }
const rnn = { type: 'rnn', embeddingSize: 8, hiddenSize: 8 }
const frames = { type: 'frames', features: 80 }
const config = { version: 1, sourceVocabularySize: 9, targetVocabularySize: 9, encoder, decoder }

/** What is refused: the change, the path that the error names, and a word of what it says. */
const refused: readonly { name: string; change: object; path: string; says: RegExp }[] = [
  {
    name: 'heads that do not divide',
    change: { encoder: { ...encoder, heads: 3 } },
    path: 'encoder.heads',
    says: /8 features do not divide into 3 heads/,
  },
  {
    name: 'groups that do not divide',
    change: { decoder: { ...decoder, heads: 4, keyHeads: 3 } },
    path: 'decoder.keyHeads',
    says: /4 heads do not divide into 3 groups/,
  },
  {
    name: 'an odd width with sinusoids',
    change: { encoder: { ...encoder, modelSize: 9, heads: 3 } },
    path: 'encoder.positions',
    says: /even modelSize, not 9/,
  },
  {
    name: 'heads of an odd size with rotary positions',
    change: { decoder: { ...decoder, modelSize: 6, heads: 2, positions: { type: 'rotary' } } },
    path: 'decoder.positions',
    says: /a head has 3/,
  },
  {
    name: 'buckets that do not divide',
    change: { encoder: { ...encoder, positions: { type: 'relative', buckets: 6 } } },
    path: 'encoder.positions.buckets',
    says: /multiple of 4/,
  },
  {
    name: 'a distance that the buckets reach',
    change: { encoder: { ...encoder, positions: { type: 'relative', buckets: 32, maxDistance: 16 } } },
    path: 'encoder.positions.maxDistance',
    says: /more than 16/,
  },
  {
    name: 'learned positions without a length',
    change: { encoder: { ...encoder, positions: { type: 'learned' } } },
    path: 'encoder.positions.length',
    says: /missing/,
  },
  {
    name: 'unknown positions',
    change: { encoder: { ...encoder, positions: { type: 'fourier' } } },
    path: 'encoder.positions.type',
    says: /allowed: sinusoidal, learned, rotary, relative, alibi, none/,
  },
  ...['rotary', 'relative', 'alibi'].map((type) => ({
    name: `${type} positions without self-attention`,
    change: { decoder: { ...decoder, selfAttention: 'ssru', positions: { type } } },
    path: 'decoder.positions',
    says: /there is none.*sinusoidal/s,
  })),
  {
    name: 'an SSRU in an encoder',
    change: { encoder: { ...encoder, selfAttention: 'ssru' } },
    path: 'encoder.selfAttention',
    says: /no such field/,
  },
  {
    name: 'a copy of a state that a Transformer has not',
    change: { decoder: { ...rnn, bridge: 'copy' } },
    path: 'decoder.bridge',
    says: /no last state to copy.*dense/s,
  },
  {
    name: 'a dot product of widths that differ',
    change: {
      decoder: { ...rnn, hiddenSize: 6, attention: { score: 'dot' }, output: { from: ['state', 'context'] } },
    },
    path: 'decoder.attention.score',
    says: /states of 8 with decoder states of 6/,
  },
  {
    name: 'one embedding for two vocabularies',
    change: { tiedEmbeddings: 'all', targetVocabularySize: 7 },
    path: 'tiedEmbeddings',
    says: /the source has 9 tokens and the target 7.*joint vocabulary/s,
  },
  {
    name: 'one embedding of two widths',
    change: { tiedEmbeddings: 'all', encoder: { ...encoder, modelSize: 4 } },
    path: 'tiedEmbeddings',
    says: /source embeddings have 4 features, target embeddings 8/,
  },
  {
    name: 'an embedding as an output layer of another width',
    change: { tiedEmbeddings: 'target', encoder: rnn, decoder: { ...rnn, embeddingSize: 5 } },
    path: 'tiedEmbeddings',
    says: /have 5 features, but the output layer sees 8/,
  },
  {
    name: 'frames that share an embedding',
    change: { tiedEmbeddings: 'all', sourceVocabularySize: 0, encoder: { ...encoder, input: frames } },
    path: 'tiedEmbeddings',
    says: /reads frames.*'target'/s,
  },
  {
    name: 'frames with a vocabulary',
    change: { encoder: { ...encoder, input: frames } },
    path: 'sourceVocabularySize',
    says: /frames, which have no vocabulary/,
  },
  {
    name: 'tokens without a vocabulary',
    change: { sourceVocabularySize: 0 },
    path: 'sourceVocabularySize',
    says: /4 or more/,
  },
  {
    name: 'a kernel without a middle',
    change: { sourceVocabularySize: 0, encoder: { ...encoder, input: { ...frames, kernel: 4 } } },
    path: 'encoder.input.kernel',
    says: /odd/,
  },
  {
    name: 'an unknown tie',
    change: { tiedEmbeddings: 'source' },
    path: 'tiedEmbeddings',
    says: /allowed: target, all/,
  },
]

describe('a Transformer configuration', () => {
  test.each(refused)('refuses $name', ({ change, path, says }) => {
    let error: unknown
    try {
      readModelConfig({ ...config, ...change })
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({ path, message: expect.stringMatching(says) })
  })

  test('fills in the base model of the paper', () => {
    const read = readModelConfig({ ...config, encoder: { type: 'transformer', modelSize: 512 } })
    expect(read.encoder).toEqual({
      type: 'transformer',
      modelSize: 512,
      layers: 6,
      heads: 8,
      keyHeads: 8,
      feedForwardSize: 2048,
      activation: 'relu',
      norm: 'layer',
      normPlacement: 'post',
      finalNorm: false,
      positions: { type: 'sinusoidal' },
      scaleEmbedding: true,
      bias: true,
      dropout: 0.1,
      attentionDropout: 0,
      activationDropout: 0,
    })
    expect(readModelConfig(JSON.parse(JSON.stringify(read)))).toEqual(read)
  })

  test('pre-norm ends with a norm; an RNN behind a Transformer starts from a trained layer', () => {
    const pre = readModelConfig({ ...config, encoder: { ...encoder, normPlacement: 'pre' }, decoder: rnn })
    expect(pre.encoder).toMatchObject({ finalNorm: true })
    expect(pre.decoder).toMatchObject({ bridge: 'dense' })
  })
})

describe('presets', () => {
  test.each(presetNames)('%s is a configuration', (name) => {
    const read = readModelConfig({ sourceVocabularySize: 9, targetVocabularySize: 9, ...preset(name) })
    expect(read.version).toBe(1)
  })

  test('an unknown one is refused, with the names of the others', () => {
    expect(() => preset('transformer-huge')).toThrow(
      /no preset 'transformer-huge'\n {2}allowed: transformer-base/,
    )
  })
})
