import { preset, readModelConfig } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { describeArchitecture } from './architecture.ts'

const stack = { type: 'transformer', modelSize: 8, heads: 4, layers: 1, dropout: 0 }
const vocabularies = { version: 1, sourceVocabularySize: 9, targetVocabularySize: 9 }

describe('an architecture in words', () => {
  test('the base model', () => {
    const parts = 'Transformer, 6 layers of 512, 8 heads, feed-forward 2048 (relu), post-norm (LayerNorm)'
    expect(describeArchitecture(readModelConfig({ ...vocabularies, ...preset('transformer-base') }))).toEqual(
      [
        `encoder     ${parts}, sinusoidal positions, dropout 0.1`,
        `decoder     ${parts}, sinusoidal positions, dropout 0.1`,
        'embeddings  one for encoder, decoder and output layer',
      ],
    )
  })

  test('frames, grouped heads, and an SSRU', () => {
    const config = readModelConfig({
      ...vocabularies,
      sourceVocabularySize: 0,
      tiedEmbeddings: 'target',
      encoder: { ...stack, keyHeads: 2, norm: 'rms', input: { type: 'frames', features: 80 } },
      decoder: { ...stack, selfAttention: 'ssru', positions: { type: 'none' }, normPlacement: 'pre' },
    })
    expect(describeArchitecture(config)).toEqual([
      'encoder     frames of 80 through convolutions of stride 2 and 2, Transformer, 1 layer of 8, ' +
        '4 heads that share 2 of keys, feed-forward 32 (relu), post-norm (RMSNorm), sinusoidal positions',
      'decoder     Transformer, 1 layer of 8, SSRU in place of self-attention, 4 heads, feed-forward 32 (relu), ' +
        'pre-norm (LayerNorm), no positions',
      'embeddings  the decoder embedding is the output layer',
    ])
  })
})
