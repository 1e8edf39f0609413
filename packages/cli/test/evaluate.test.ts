import { describe, expect, test } from 'vitest'
import { dragoman, reversedPairs, temporaryFiles, trainedFolder } from './support.ts'

async function evaluate(folder: string, pairs: string, ...more: string[]): Promise<Record<string, number>> {
  const { path } = temporaryFiles({ 'pairs.tsv': pairs })
  const { code, stdout, stderr } = await dragoman(['evaluate', folder, path('pairs.tsv'), '--json', ...more])
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
}

async function generateAll(
  folder: string,
  sources: readonly string[],
  ...flags: string[]
): Promise<string[]> {
  const { stdout } = await dragoman(['generate', folder, ...flags], { stdin: sources.join('\n') })
  return stdout.trimEnd().split('\n')
}

describe('evaluate', () => {
  test('prints rates and perplexity', async () => {
    const folder = await trainedFolder()
    const measured = await evaluate(folder, reversedPairs, '--beams', '2')
    expect(Object.keys(measured)).toEqual([
      'pairs',
      'exactMatch',
      'tokenAccuracy',
      'tokenErrorRate',
      'perplexity',
    ])
    expect(measured.pairs).toBe(14)
    expect(measured.perplexity).toBeGreaterThan(1)
    const { path } = temporaryFiles({ 'pairs.tsv': reversedPairs })
    const { stdout } = await dragoman(['evaluate', folder, path('pairs.tsv')])
    expect(stdout).toMatch(
      /^pairs +14\nexact match +[\d.]+ %\ntoken accuracy +[\d.]+ %\ntoken error rate +[\d.]+ %\nperplexity +[\d.]+\n$/,
    )
  })

  test('decodes as it is told', async () => {
    const folder = await trainedFolder('--steps', '40', '--learning-rate', '0.02')
    const sources = ['abc', 'cab']
    const flags = ['--target-prefix', 'bb', '--max-length', '3']
    const targets = await generateAll(folder, sources, ...flags)
    const told = sources.map((source, i) => `${source}\t${targets[i]}\n`).join('')
    expect(await evaluate(folder, told, ...flags)).toMatchObject({ exactMatch: 1 })
    expect(await evaluate(folder, told)).toMatchObject({ exactMatch: 0 })
    const { path } = temporaryFiles({ 'pairs.tsv': reversedPairs })
    const args = ['evaluate', folder, path('pairs.tsv'), '--length-penalty', '2']
    const { code, stderr } = await dragoman(args)
    expect(stderr).toContain('--length-penalty: there is one hypothesis')
    expect(code).toBe(2)
  })

  test('what the model says itself is all right', async () => {
    const folder = await trainedFolder('--steps', '40', '--learning-rate', '0.02')
    const sources = ['abc', 'ab', 'cab']
    const targets = await generateAll(folder, sources)
    expect(targets.every((target) => target !== '')).toBe(true)
    const measured = await evaluate(folder, sources.map((source, i) => `${source}\t${targets[i]}\n`).join(''))
    expect(measured).toMatchObject({ pairs: 3, exactMatch: 1, tokenAccuracy: 1, tokenErrorRate: 0 })
  })

  test('lines with the same source are alternatives: the closest counts', async () => {
    const folder = await trainedFolder('--steps', '40', '--learning-rate', '0.02')
    const [target] = await generateAll(folder, ['abc'])
    const wrong = `abc\tbbbbbbbbbbbbbbbbbbbb\n`
    expect(await evaluate(folder, wrong)).toMatchObject({ pairs: 1, exactMatch: 0 })
    const measured = await evaluate(folder, `${wrong}abc\t${target}\n`)
    expect(measured).toMatchObject({ pairs: 2, exactMatch: 1, tokenErrorRate: 0 })
  })

  test('a wrong line is told with file and line', async () => {
    const folder = await trainedFolder()
    const { code, stderr, stdout } = await dragoman(['evaluate', folder, '-'], { stdin: 'a\tb\nab\n' })
    expect(stderr).toContain('standard input:2: no tab\n  "ab"\n  hint: each line is source<TAB>target')
    expect([code, stdout]).toEqual([1, ''])
  })
})
