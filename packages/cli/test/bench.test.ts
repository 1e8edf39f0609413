import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { reference } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import { type BackendTable, backendTable } from '../src/backends.ts'
import type { BenchReport } from '../src/bench/report.ts'
import { dragoman, reversedPairs, temporaryFiles, trainedFolder } from './support.ts'

/** Each look at the clock is 8 ms later, so a round takes 8 ms. */
function ticking(): { clock(): number } {
  let ms = 0
  return { clock: () => (ms += 8) }
}

async function benched(args: readonly string[], backends?: BackendTable): Promise<BenchReport> {
  const { code, stdout, stderr } = await dragoman(['bench', ...args, '--json'], {
    ...(backends ? { backends } : {}),
    ...ticking(),
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

describe('bench', () => {
  test('times decoding of made-up sources', async () => {
    const folder = await trainedFolder()
    const { code, stdout } = await dragoman(
      ['bench', folder, '--rounds', '2', '--max-length', '3'],
      ticking(),
    )
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^decoding {6}16 made-up sources, \d+ target tokens\nbackend {7}cpu\nmedian {8}8 ms of 2; fastest 8 ms, first 8 ms\ntokens\/s {6}[\d,]+\n$/,
    )
  })

  test('--input, --batch-size and options of search act', async () => {
    const folder = await trainedFolder()
    const { path } = temporaryFiles({ 'sources.txt': 'abc\n\ncab\na\n' })
    const options = ['--min-length', '4', '--max-length', '4', '--rounds', '1', '--batch-size', '2']
    const report = await benched([folder, '--input', path('sources.txt'), ...options])
    expect(report).toMatchObject({
      model: folder,
      backend: 'cpu',
      task: 'decode',
      items: 3,
      isMadeUp: false,
      rounds: 1,
      // Each is suppressed to end before its fourth token.
      tokens: 12,
      medianMs: 8,
      tokensPerSecond: 1500,
    })
    const madeUp = await benched([folder, '--rounds', '1', '--batch-size', '5'])
    expect(madeUp).toMatchObject({ items: 5, isMadeUp: true })
  })

  test('--train times a step and leaves the folder as it is', async () => {
    const folder = await trainedFolder()
    const before = readFileSync(join(folder, 'model.safetensors'))
    const { path } = temporaryFiles({ 'pairs.tsv': reversedPairs })
    const report = await benched([folder, '--train', '--input', path('pairs.tsv'), '--batch-size', '4'])
    // The first pairs: ab, ba, abc, cab, and the end of each.
    expect(report).toMatchObject({ task: 'train', items: 4, tokens: 14, rounds: 5, isMadeUp: false })
    expect(readFileSync(join(folder, 'model.safetensors'))).toEqual(before)
    expect(await benched([folder, '--train', '--rounds', '1'])).toMatchObject({ items: 32, isMadeUp: true })
  })

  test('--profile tells where the time goes', async () => {
    const folder = await trainedFolder()
    const { cpu } = backendTable('.')
    const args = [folder, '--rounds', '2', '--threads', '1', '--profile', '--fastest']
    const report = await benched([...args, '--by', 'op'], { cpu: cpu! })
    expect(report.info).toMatchObject({ threads: 1 })
    expect(report.profile).toMatchObject({ by: 'op', limits: { copies: expect.any(Array) } })
    const names = report.profile!.rows.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['matmul', 'gru', 'logSoftmax']))
    const { stdout } = await dragoman(['bench', ...args, '--train'], { backends: { cpu: cpu! } })
    expect(stdout).toMatch(/^backend {7}cpu, engine wasm-\w+, threads 1$/m)
    expect(stdout).toMatch(/^instructions {2}.* ms of .* ms with the profiler$/m)
    expect(stdout).toMatch(/^gruBackward +2 /m)
  })

  const backends = { gpu: { description: 'no profiler', open: async () => reference() } }
  test.each([
    [['--profile'], 'dragoman: --profile: gpu cannot tell where its time goes\n  hint: use --backend cpu\n'],
    [['--by', 'op'], 'dragoman: --by: there is no profile\n  hint: add --profile\n'],
    [['--fastest'], 'dragoman: --fastest: there is no profile\n  hint: add --profile\n'],
    [
      ['--train', '--beams', '2'],
      'dragoman: --beams: a training step does not search\n  hint: leave it out, or leave out --train\n',
    ],
  ])('%j is refused', async (args, stderr) => {
    expect(await dragoman(['bench', 'anywhere', ...args], { backends })).toEqual({
      code: 2,
      stdout: '',
      stderr,
    })
  })
})
