import { existsSync, readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { dragoman, reversedPairs, temporaryFiles, trainedFolder, trainingFiles } from './support.ts'

const weights = (folder: string) => readFileSync(join(folder, 'model.safetensors'))

describe('what train refuses', () => {
  const wrongPairs: [string, string | Uint8Array, string][] = [
    ['a line without a tab', 'a\tb\nno tab here\n', 'pairs.tsv:2: no tab'],
    ['bad UTF-8', Buffer.from('a\tb\nc\t\xff\n', 'latin1'), 'pairs.tsv:2: not UTF-8'],
    ['an empty file', '', 'pairs.tsv: no pairs: the input is empty'],
    ['an empty target', 'a\t\n', 'pairs.tsv:1: the target is empty'],
    [
      'gzip that is cut off',
      gzipSync(reversedPairs).subarray(0, 30),
      'pairs.tsv: the gzip data is broken or cut off',
    ],
  ]
  test.each(wrongPairs)('%s', async (_, content, message) => {
    const { path } = temporaryFiles({ 'pairs.tsv': content })
    const { code, stdout, stderr } = await dragoman(['train', path('pairs.tsv'), '--out', path('model')])
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(existsSync(path('model'))).toBe(false)
  })

  const wrongConfigs: [string, object, string][] = [
    ['an unknown field', { version: 1, training: { bach: {} } }, 'training.bach: there is no such field'],
    [
      'an unknown inner field',
      { version: 1, training: { batch: { sice: 3 } } },
      'training.batch.sice: there is no',
    ],
    ['a missing version', { training: {} }, 'version: this field is missing'],
    ['another version', { version: 7 }, 'version: version 7 is not known'],
    [
      'an unknown optimizer',
      { version: 1, training: { optimizer: { type: 'x' } } },
      'training.optimizer.type: "x"',
    ],
    [
      'a schedule without rate',
      { version: 1, training: { schedule: { type: 'cosine', totalSteps: 3 } } },
      'training.schedule.learningRate: this field is missing',
    ],
    [
      'a wrong model',
      { version: 1, model: { version: 1, encoder: { type: 'x' } } },
      'encoder.type: "x" is not allowed here',
    ],
  ]
  test.each(wrongConfigs)('a configuration with %s', async (_, config, message) => {
    const { path } = temporaryFiles({ 'pairs.tsv': reversedPairs, 'config.json': JSON.stringify(config) })
    const args = ['train', path('pairs.tsv'), '--out', path('model'), '--config', path('config.json')]
    const { code, stderr } = await dragoman(args)
    expect(stderr).toContain(path('config.json'))
    expect(stderr).toContain(message)
    expect(code).toBe(1)
    expect(existsSync(path('model'))).toBe(false)
  })

  test('a folder with a model', async () => {
    const folder = await trainedFolder()
    const before = weights(folder)
    const { code, stderr } = await dragoman(['train', '-', '--out', folder], { stdin: reversedPairs })
    expect(stderr).toContain('there is a training run here\n  hint: --resume goes on with it')
    expect(code).toBe(1)
    expect(weights(folder).equals(before)).toBe(true)
  })

  test('a model without a run to go on from', async () => {
    const { path } = temporaryFiles({ 'config.json': '{}' })
    const { code, stderr } = await dragoman(['train', '-', '--out', path('.'), '--resume'], {
      stdin: reversedPairs,
    })
    expect(stderr).toContain('there is a model here, but no checkpoint to go on from')
    expect(code).toBe(1)
  })

  test('a missing file', async () => {
    const { path } = temporaryFiles({})
    const { code, stderr } = await dragoman(['train', path('none.tsv'), '--out', path('model')])
    expect(stderr).toContain('none.tsv: there is no such file')
    expect(code).toBe(1)
  })

  test('--out that is a file', async () => {
    const { path } = trainingFiles()
    const args = ['train', path('pairs.tsv'), '--out', path('config.json')]
    const { code, stderr } = await dragoman(args)
    expect(stderr).toMatch(/config\.json.*: a (file is in the way|part of the path is a file)/)
    expect(code).toBe(1)
  })

  test.each([
    [
      '--cell with --config',
      ['--cell', 'gru', '--config', 'c.json'],
      '--cell: c.json describes the model already',
    ],
    ['--cell of a Transformer', ['--model', 'transformer', '--cell', 'gru'], '--cell: a Transformer has no'],
    ['an unknown preset', ['--preset', 'gpt'], 'Allowed choices are transformer-base, transformer-big'],
    [
      '--preset with --config',
      ['--preset', 'transformer-tiny', '--config', 'c.json'],
      '--preset: c.json describes the model already',
    ],
    ['--valid that is PAIRS', ['--valid', 'p.tsv'], '--valid: these are the pairs to train on'],
    ['an unknown cell', ['--cell', 'rnn'], 'Allowed choices are gru, lstm, elman'],
    ['no whole number', ['--steps', '1.5'], 'It must be a whole number of 1 or more.'],
    [
      'an unknown backend',
      ['--backend', 'gpu'],
      "--backend: 'gpu' is not known\n  hint: known: cpu; dragoman backends",
    ],
  ])('%s: exit code 2', async (_, flags, message) => {
    const { path } = trainingFiles()
    const isRead = flags.includes('--backend') || flags.includes('transformer')
    const pairs = isRead ? path('pairs.tsv') : 'p.tsv'
    const { code, stderr } = await dragoman(['train', pairs, '--out', path('model'), ...flags])
    expect(stderr).toContain(message)
    expect(code).toBe(2)
    expect(existsSync(path('model'))).toBe(false)
  })

  test('a loss that is not finite, and leaves nothing', async () => {
    const { path } = trainingFiles()
    const args = ['train', path('pairs.tsv'), '--out', path('model'), '--config', path('config.json')]
    const { code, stderr } = await dragoman([...args, '--valid', 'none', '--learning-rate', '1e300'])
    expect(stderr).toMatch(/dragoman: step \d+: .* is not finite/)
    expect(code).toBe(1)
    expect(existsSync(path('model'))).toBe(false)
  })

  test('a disk that is full: what was saved before is whole', async () => {
    const folder = await trainedFolder('--valid', 'none')
    const before = weights(folder)
    let files = 0
    const disk = {
      ...fs,
      open: (async (path: string, flags: string) => {
        if (flags === 'wx' && ++files > 2) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
        return fs.open(path, flags)
      }) as typeof fs.open,
    }
    const args = ['train', join(folder, '..', 'pairs.tsv'), '--out', folder, '--valid', 'none', '--resume']
    const { code, stderr } = await dragoman([...args, '--steps', '12'], { disk })
    expect(stderr).toContain('the disk is full\n  hint: free some space')
    expect(code).toBe(1)
    expect(weights(folder).equals(before)).toBe(true)
    expect((await dragoman([...args, '--steps', '12'])).code).toBe(0)
  })
})
