import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  dragoman,
  reversedPairs,
  temporaryFiles,
  tinyConfig,
  tinyTransformer,
  trainedFolder,
  trainingFiles,
} from './support.ts'

const weights = (folder: string) => readFileSync(join(folder, 'model.safetensors'))

describe('train', () => {
  test('makes a model folder, and says how to use it', async () => {
    const { path } = trainingFiles()
    const args = ['train', path('pairs.tsv'), '--out', path('model'), '--config', path('config.json')]
    const { code, stdout, stderr } = await dragoman([...args, '--valid', 'none'])
    // On a slow machine lines of progress follow.
    expect(stderr).toMatch(/^training on 14 pairs, no validation\n/)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^model {3}\S+ \(\d+ parameters\)\nended {3}after step 6, all steps done\nloss /)
    expect(stdout).toContain(`use it  dragoman generate ${path('model')}\n`)
    expect(readdirSync(path('model')).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'trainer',
      'training_config.json',
    ])
  })

  test('--json prints each event as a line', async () => {
    const { path } = trainingFiles()
    const valid = path('pairs.tsv').replace('pairs.tsv', 'valid.tsv')
    writeFileSync(valid, 'ab\tba\n')
    const { stdout } = await dragoman([
      ...['train', path('pairs.tsv'), '--out', path('model'), '--config', path('config.json')],
      ...['--valid', valid, '--epochs', '2', '--json'],
    ])
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    // 14 pairs in batches of 4 are 4 steps an epoch.
    const epoch = ['step', 'step', 'step', 'step', 'validation', 'checkpoint']
    expect(events.map(({ type }) => type)).toEqual([...epoch, ...epoch, 'end'])
    expect(events[0]).toMatchObject({
      step: 1,
      epoch: 0,
      tokens: expect.any(Number),
      loss: expect.any(Number),
    })
    expect(events.at(-1)).toMatchObject({ type: 'end', step: 8, reason: 'epochs' })
  })

  test('the same pairs come from a file, gzip and standard input', async () => {
    const plain = weights(await trainedFolder())
    const { path } = trainingFiles()
    writeFileSync(path('pairs.tsv.gz'), gzipSync(reversedPairs))
    const rest = (name: string) => ['--out', path(name), '--config', path('config.json')]
    await dragoman(['train', path('pairs.tsv.gz'), ...rest('gz')])
    await dragoman(['train', '-', ...rest('stdin')], { stdin: reversedPairs })
    await dragoman(['train', '-', ...rest('stdin-gz')], { stdin: gzipSync(reversedPairs) })
    for (const name of ['gz', 'stdin', 'stdin-gz']) expect(weights(path(name)).equals(plain)).toBe(true)
  })

  test('flags override the configuration file', async () => {
    const folder = await trainedFolder(
      '--epochs',
      '1',
      '--seed',
      '3',
      '--learning-rate',
      '0.01',
      '--batch-size',
      '7',
    )
    const { training, tokenizers } = JSON.parse(readFileSync(join(folder, 'training_config.json'), 'utf8'))
    // The file says steps: --epochs takes their place.
    expect(training).toMatchObject({
      epochs: 1,
      seed: 3,
      batch: { size: 7 },
      schedule: { learningRate: 0.01 },
    })
    expect(training).not.toHaveProperty('steps')
    expect(tokenizers).toEqual({ source: { type: 'char' }, target: { type: 'char' } })
    expect(weights(folder).equals(weights(await trainedFolder('--epochs', '1', '--batch-size', '7')))).toBe(
      false,
    )
  })

  test.each([
    ['rnn', 'lstm', 'every-step'],
    ['rnn-attention', 'elman', 'attention'],
  ])('--model %s --cell %s', async (model, cell, context) => {
    const { path } = temporaryFiles({ 'pairs.tsv': 'a\tb\n' })
    const args = ['train', path('pairs.tsv'), '--out', path('model'), '--model', model, '--cell', cell]
    const { code, stderr } = await dragoman([...args, '--steps', '1', '--source-tokens', 'space'])
    expect(stderr).toMatch(/^training on 1 pairs, no validation\n/)
    expect(code).toBe(0)
    const { encoder, decoder } = JSON.parse(readFileSync(join(path('model'), 'config.json'), 'utf8'))
    expect(encoder).toMatchObject({ cell, bidirectional: true })
    expect(decoder).toMatchObject({ cell, context })
    const { source } = JSON.parse(readFileSync(join(path('model'), 'tokenizer.json'), 'utf8'))
    expect(source.type).toBe('space')
  })

  test('holds out a twentieth of the pairs, the same whatever the seed', async () => {
    const letters = 'abcdefghij'
    const lines = Array.from(letters + letters.toUpperCase(), (a) =>
      Array.from(letters, (b) => `${a}${b}\t${b}${a}\n`),
    )
    const { path } = temporaryFiles({
      'pairs.tsv': lines.flat().join(''),
      'config.json': JSON.stringify(tinyConfig),
    })
    const counts = []
    for (const seed of ['0', '1']) {
      const args = ['train', path('pairs.tsv'), '--out', path(seed), '--config', path('config.json')]
      counts.push((await dragoman([...args, '--steps', '1', '--seed', seed])).stderr)
    }
    expect(counts[0]).toMatch(/^training on 1\d\d pairs, validating with \d+\n/)
    expect(counts[1]?.split('\n')[0]).toBe(counts[0]?.split('\n')[0])
  })

  test('the generation section becomes the defaults of the model', async () => {
    const { path } = temporaryFiles({
      'pairs.tsv': reversedPairs,
      'config.json': JSON.stringify({ ...tinyConfig, generation: { beams: 3 } }),
    })
    await dragoman(['train', path('pairs.tsv'), '--out', path('m'), '--config', path('config.json')])
    expect(JSON.parse(readFileSync(path('m/generation_config.json'), 'utf8'))).toEqual({
      version: 1,
      beams: 3,
    })
    const { stdout } = await dragoman(['generate', path('m'), '--nbest', '3', '--json'], { stdin: 'ab\n' })
    expect(JSON.parse(stdout).hypotheses).toHaveLength(3)
  })
})

describe('resume', () => {
  test('equals a run that was never stopped', async () => {
    const whole = await trainedFolder('--valid', 'none', '--steps', '12')
    const folder = await trainedFolder('--valid', 'none', '--steps', '5')
    const pairs = join(folder, '..', 'pairs.tsv')
    const { code, stdout } = await dragoman([
      'train',
      pairs,
      '--out',
      folder,
      '--valid',
      'none',
      '--steps',
      '12',
      '--resume',
    ])
    expect(stdout).toContain('after step 12')
    expect(code).toBe(0)
    expect(weights(folder).equals(weights(whole))).toBe(true)
  })

  test('with nothing to go on from starts at the beginning, and says so', async () => {
    const { path } = trainingFiles()
    const args = ['train', path('pairs.tsv'), '--out', path('m'), '--config', path('config.json'), '--resume']
    const { code, stderr } = await dragoman(args)
    expect(stderr).toContain('starting from the beginning')
    expect(code).toBe(0)
  })

  test.each([
    ['another seed', ['--seed', '9'], 'seed: the run that was saved had 1, this one has 9'],
    [
      'another model',
      ['--model', 'rnn'],
      'model.encoder.embeddingSize: the run that was saved had 4, this one has 64',
    ],
    ['other tokens', ['--source-tokens', 'space'], 'the run that was saved has other tokenizers'],
  ])('with %s is refused, and changes nothing', async (_, flags, message) => {
    const folder = await trainedFolder('--valid', 'none')
    const before = readFileSync(join(folder, 'training_config.json'), 'utf8')
    const args = ['train', join(folder, '..', 'pairs.tsv'), '--out', folder, '--valid', 'none', '--resume']
    const { code, stderr } = await dragoman([...args, '--steps', '9', ...flags])
    expect(stderr).toContain(message)
    expect(code).toBe(1)
    expect(readFileSync(join(folder, 'training_config.json'), 'utf8')).toBe(before)
    expect((await dragoman([...args, '--steps', '7'])).code).toBe(0)
  })

  test('with other pairs is refused', async () => {
    const folder = await trainedFolder('--valid', 'none')
    const args = ['train', '-', '--out', folder, '--valid', 'none', '--resume', '--steps', '9']
    const { code, stderr } = await dragoman(args, { stdin: `${reversedPairs}b\tb\n` })
    expect(stderr).toContain('dragoman: pairs: the run that was saved had "14 pairs')
    expect(code).toBe(1)
  })
})

describe('a Transformer', () => {
  const files = (training: object) => {
    const config = { ...tinyTransformer, training: { ...tinyTransformer.training, ...training } }
    return temporaryFiles({ 'pairs.tsv': reversedPairs, 'config.json': JSON.stringify(config) })
  }
  const trainIn = ({ path }: ReturnType<typeof temporaryFiles>, out: string, ...more: string[]) =>
    dragoman([
      ...['train', path('pairs.tsv'), '--out', path(out), '--valid', 'none'],
      ...['--config', path('config.json'), ...more],
    ])

  test('is trained as Transformers are, and used', async () => {
    const folder = files({})
    expect((await trainIn(folder, 'model')).code).toBe(0)
    const saved = JSON.parse(readFileSync(join(folder.path('model'), 'training_config.json'), 'utf8'))
    expect(saved.training).toMatchObject({
      schedule: { type: 'inverse-square-root' },
      optimizer: { type: 'adam', beta2: 0.98 },
      labelSmoothing: 0.1,
    })
    const args = ['generate', folder.path('model'), '--json', '--attention', '--beams', '2']
    const { code, stdout, stderr } = await dragoman(args, { stdin: 'abc\n' })
    expect([code, stderr]).toEqual([0, ''])
    const { hypotheses } = JSON.parse(stdout)
    for (const row of hypotheses[0].attention) {
      expect(row.reduce((sum: number, weight: number) => sum + weight, 0)).toBeCloseTo(1, 6)
    }
  })

  test('whose embeddings are tied three ways has one vocabulary, cut one way', async () => {
    const folder = files({})
    await trainIn(folder, 'model')
    const { vocabulary } = JSON.parse(
      (await dragoman(['inspect', folder.path('model'), '--json'])).stdout.trimEnd(),
    )
    expect(vocabulary.source).toEqual(vocabulary.target)
    const { code, stderr } = await trainIn(folder, 'other', '--target-tokens', 'word')
    expect(stderr).toContain('tokenizers: the model has one embedding for both sides')
    expect(code).toBe(1)
  })

  test.each([
    ['ema', { ema: { decay: 0.5 } }],
    ['average', { average: { last: 2 }, checkpoint: { everySteps: 2 } }],
    ['rDrop', { rDrop: { weight: 5 } }],
  ])('%s acts, and goes on to the bit', async (_, option) => {
    const [plain, folder] = [files({}), files(option)]
    await trainIn(plain, 'model')
    await trainIn(folder, 'model')
    const whole = weights(folder.path('model'))
    expect(whole.equals(weights(plain.path('model')))).toBe(false)
    await trainIn(folder, 'resumed', '--steps', '4')
    await trainIn(folder, 'resumed', '--resume')
    expect(weights(folder.path('resumed')).equals(whole)).toBe(true)
  })

  test.each([
    ['ema', { ema: {} }, 'training.ema.decay: this field is missing'],
    ['average', { average: { last: 'all' } }, 'training.average.last: "all" is not allowed here'],
    ['rDrop', { rDrop: { alpha: 5 } }, 'training.rDrop.alpha: there is no such field'],
  ])('a wrong %s is refused with its path', async (_, option, message) => {
    const { code, stderr } = await trainIn(files(option), 'model')
    expect(stderr).toContain(message)
    expect(code).toBe(1)
  })
})
