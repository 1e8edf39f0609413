import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dragoman, temporaryFiles, tinyConfig, tinyTransformer, trainedFolder } from './support.ts'

// [6, 4] and [6, 4] embeddings; GRUs of 3 · 6 · (4 + 6 + 2); attention 6 · 6; output 12 · 7 + 7, 7 tokens each.
const parts = {
  'encoder.embedding': 7 * 4,
  'encoder.rnn': 3 * 6 * (4 + 6 + 2),
  'decoder.embedding': 7 * 4,
  'decoder.rnn': 3 * 6 * (4 + 6 + 2),
  'decoder.attention': 6 * 6,
  'decoder.output': 12 * 7 + 7,
}
const total = Object.values(parts).reduce((sum, count) => sum + count)

describe('inspect', () => {
  test('counts the parameters of a model folder', async () => {
    const folder = await trainedFolder()
    const { code, stdout } = await dragoman(['inspect', folder, '--json'])
    expect(code).toBe(0)
    const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
    expect(summary.parameters).toEqual({ total, parts })
    expect(summary.vocabulary).toEqual({
      source: { size: 7, tokens: 'char' },
      target: { size: 7, tokens: 'char' },
    })
  })

  test('describes it for people', async () => {
    const { stdout } = await dragoman(['inspect', await trainedFolder()])
    expect(stdout).toContain('encoder     GRU, 1 layer of 6, embeddings of 4, dropout 0.1\n')
    expect(stdout).toContain('general attention of the current state, bridge copy')
    expect(stdout).toContain('vocabulary  source 7 tokens (char), target 7 tokens (char)\n')
    expect(stdout).toMatch(new RegExp(`total +${total}\\n$`))
  })

  test('describes a Transformer', async () => {
    const model = { ...tinyTransformer.model, sourceVocabularySize: 9, targetVocabularySize: 9 }
    const { path } = temporaryFiles({ 'model.json': JSON.stringify(model) })
    const { stdout } = await dragoman(['inspect', path('model.json')])
    const stack =
      'Transformer, 1 layer of 8, 2 heads, feed-forward 12 (relu), post-norm (LayerNorm), sinusoidal positions, dropout 0.1'
    expect(stdout).toContain(`encoder     ${stack}\ndecoder     ${stack}\n`)
    expect(stdout).toContain('embeddings  one for encoder, decoder and output layer\n')
  })

  test('describes what a model can be made of besides', async () => {
    const stack = { type: 'transformer', modelSize: 8, layers: 2, heads: 4, feedForwardSize: 12 }
    const model = {
      version: 1,
      targetVocabularySize: 9,
      encoder: {
        ...stack,
        input: { type: 'frames', features: 80, kernel: 3, strides: [2, 2] },
        positions: { type: 'relative', buckets: 32, maxDistance: 128 },
        activation: 'swiglu',
        norm: 'rms',
        normPlacement: 'pre',
        keyHeads: 2,
      },
      decoder: { ...stack, selfAttention: 'ssru', positions: { type: 'none' } },
    }
    const { path } = temporaryFiles({ 'model.json': JSON.stringify(model) })
    const { stdout, stderr } = await dragoman(['inspect', path('model.json')])
    expect(stderr).toBe('')
    expect(stdout).toContain(
      'encoder     frames of 80 through convolutions of stride 2 and 2, Transformer, 2 layers of 8, ' +
        '4 heads that share 2 of keys, feed-forward 12 (swiglu), pre-norm (RMSNorm), relative positions, ',
    )
    expect(stdout).toContain('Transformer, 2 layers of 8, SSRU in place of self-attention, 4 heads, ')
    expect(stdout).toContain(', post-norm (LayerNorm), no positions, ')
    expect(stdout).toContain('vocabulary  source frames, target 9 tokens\n')
  })

  test('reads a configuration, of a model or of training', async () => {
    const model = { ...tinyConfig.model, sourceVocabularySize: 7, targetVocabularySize: 7 }
    const { path } = temporaryFiles({
      'model.json': JSON.stringify(model),
      'training.json': JSON.stringify({ version: 1, model }),
    })
    for (const name of ['model.json', 'training.json']) {
      const { stdout } = await dragoman(['inspect', path(name), '--json'])
      expect(JSON.parse(stdout).parameters.total).toBe(total)
    }
  })

  test.each([
    ['a missing file', 'none.json', 'none.json: there is no such file'],
    ['a folder without model', '.', 'there is no model here'],
    ['a folder with a broken file', 'folder', 'folder/config.json: JSON: '],
    ['no JSON', 'broken.json', 'broken.json: JSON: '],
    ['no vocabulary sizes', 'sizes.json', 'targetVocabularySize: this field is missing'],
  ])('refuses %s', async (_, name, message) => {
    const { path } = temporaryFiles({ 'broken.json': '{', 'sizes.json': JSON.stringify(tinyConfig.model) })
    mkdirSync(path('folder'))
    writeFileSync(path('folder/config.json'), '{')
    const { code, stdout, stderr } = await dragoman(['inspect', path(name)])
    expect(stderr).toContain(message)
    expect([code, stdout]).toEqual([1, ''])
  })
})
