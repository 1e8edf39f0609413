import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { closingAfter, dragoman, temporaryFiles, trainedFolder } from './support.ts'

describe('generate', () => {
  test('writes a line for each line, in order, and an empty one for an empty one', async () => {
    const folder = await trainedFolder()
    const { code, stdout, stderr } = await dragoman(['generate', folder], { stdin: 'abc\n\n  \nab\n' })
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.split('\n')
    expect(lines).toHaveLength(5)
    expect([lines[1], lines[2], lines[4]]).toEqual(['', '', ''])
    const alone = await dragoman(['generate', folder], { stdin: 'ab' })
    expect(alone.stdout).toBe(`${lines[3]}\n`)
  })

  test('reads a file, zipped too', async () => {
    const folder = await trainedFolder()
    const { path } = temporaryFiles({ 'in.txt': 'abc\n', 'in.txt.gz': gzipSync('abc\n') })
    const { stdout } = await dragoman(['generate', folder], { stdin: 'abc\n' })
    for (const name of ['in.txt', 'in.txt.gz']) {
      expect((await dragoman(['generate', folder, '--input', path(name)])).stdout).toBe(stdout)
    }
  })

  test('--nbest writes as many lines for each source, --scores what they scored', async () => {
    const folder = await trainedFolder()
    const args = ['generate', folder, '--beams', '3', '--nbest', '2', '--scores', '--max-length', '3']
    const { stdout } = await dragoman(args, { stdin: 'abc\n\ncab\n' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(6)
    expect(lines.slice(2, 4)).toEqual(['', ''])
    const scores = [0, 1, 4, 5].map((i) => Number(lines[i]!.split('\t')[0]))
    expect(scores[0]).toBeGreaterThanOrEqual(scores[1]!)
    expect(scores[2]).toBeGreaterThanOrEqual(scores[3]!)
    expect(scores[0]).toBeLessThan(0)
  })

  test('--json has texts, tokens, scores and attention that sums to 1', async () => {
    const folder = await trainedFolder()
    const { stdout } = await dragoman(['generate', folder, '--json', '--attention'], { stdin: 'abc\n\n' })
    const [first, empty] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(first).toMatchObject({ source: 'abc', sourceTokens: ['a', 'b', 'c', '<eos>'] })
    const [{ text, tokens, score, finished, attention }] = first.hypotheses
    expect(tokens.join('')).toBe(text)
    expect(score).toBeLessThan(0)
    expect(['eos', 'length']).toContain(finished)
    for (const row of attention) {
      expect(row.reduce((sum: number, weight: number) => sum + weight, 0)).toBeCloseTo(1, 6)
    }
    expect(empty).toEqual({ source: '', hypotheses: [] })
  })

  test('--attention draws a picture under each line', async () => {
    const folder = await trainedFolder()
    const { stdout } = await dragoman(['generate', folder, '--attention', '--max-length', '2'], {
      stdin: 'abc\n',
    })
    const [text, blank, header, ...rows] = stdout.split('\n')
    expect(blank).toBe('')
    expect(header!.trim()).toBe('a b c <eos>')
    expect(Array.from(text!)).toContain(Array.from(rows[0]!)[0])
  })

  test('--sample draws by the seed, however lines arrive', async () => {
    const folder = await trainedFolder()
    const args = ['generate', folder, '--sample', '--max-length', '6', '--seed']
    const together = await dragoman([...args, '1'], { stdin: 'abc\nabc\nabc\nabc\n' })
    const input = new PassThrough()
    const running = dragoman([...args, '1'], { stdin: input })
    for (let i = 0; i < 4; i++) {
      input.write('abc\n')
      for (let turn = 0; turn < 20; turn++) await nextTurn()
    }
    input.end()
    expect((await running).stdout).toBe(together.stdout)
    expect(new Set(together.stdout.trimEnd().split('\n')).size).toBeGreaterThan(1)
    expect((await dragoman([...args, '2'], { stdin: 'abc\nabc\nabc\nabc\n' })).stdout).not.toBe(
      together.stdout,
    )
  })
})

describe('what may be written', () => {
  const write = async (...flags: string[]) => {
    const folder = await trainedFolder()
    const { code, stdout, stderr } = await dragoman(['generate', folder, '--json', ...flags], {
      stdin: 'abc\n',
    })
    expect([code, stderr]).toEqual([0, ''])
    return JSON.parse(stdout).hypotheses as { text: string; tokens: string[]; score: number }[]
  }

  test('--no-repeat-ngram-size lets no run of tokens come twice', async () => {
    const [best] = await write('--no-repeat-ngram-size', '1', '--max-length', '9')
    expect(new Set(best!.tokens).size).toBe(best!.tokens.length)
  })

  test('--target-prefix begins each target, --suppress-tokens leaves tokens out', async () => {
    const flags = ['--target-prefix', 'cab', '--suppress-tokens', 'a', '--suppress-tokens', 'b']
    const [best] = await write(...flags, '--min-length', '5', '--max-length', '6')
    expect(best!.text).toMatch(/^cabc+$/)
  })

  test('--must-contain makes a text occur, with beams', async () => {
    const [best] = await write('--beams', '4', '--must-contain', 'cc', '--max-length', '8')
    expect(best!.text).toContain('cc')
  })

  test('--repetition-penalty, --length-penalty-kind and --diversity-penalty act', async () => {
    // So short that not all of the source is looked at, which the coverage penalty needs.
    const beams = ['--beams', '4', '--nbest', '4', '--max-length', '3']
    const plain = await write(...beams)
    for (const flags of [
      ['--repetition-penalty', '5'],
      ['--length-penalty-kind', 'wu'],
      ['--coverage-penalty', '2'],
      ['--beam-groups', '2', '--diversity-penalty', '3'],
    ]) {
      expect(await write(...beams, ...flags), flags.join(' ')).not.toEqual(plain)
    }
  })

  test('--min-p 1 draws the likeliest token alone', async () => {
    const [greedy] = await write('--max-length', '5')
    for (const seed of ['1', '2', '3']) {
      const [drawn] = await write('--sample', '--min-p', '1', '--seed', seed, '--max-length', '5')
      expect(drawn!.tokens).toEqual(greedy!.tokens)
    }
  })

  test('generation_config.json may say it too', async () => {
    const folder = await trainedFolder()
    const config = { version: 1, beams: 3, lengthPenaltyKind: 'wu', noRepeatNgramSize: 1 }
    writeFileSync(join(folder, 'generation_config.json'), JSON.stringify(config))
    const said = await dragoman(['generate', folder, '--scores'], { stdin: 'abc\n' })
    rmSync(join(folder, 'generation_config.json'))
    const flags = ['--beams', '3', '--length-penalty-kind', 'wu', '--no-repeat-ngram-size', '1']
    const asked = await dragoman(['generate', folder, '--scores', ...flags], { stdin: 'abc\n' })
    expect(said).toEqual(asked)
  })
})

describe('a pipe', () => {
  test('gets the answer to each line before the next one comes', async () => {
    const folder = await trainedFolder()
    const input = new PassThrough()
    const output = new PassThrough()
    const running = dragoman(['generate', folder], { stdin: input, stdout: output })
    const answers = output[Symbol.asyncIterator]()
    for (const line of ['abc\n', 'cab\n']) {
      input.write(line)
      expect(String((await answers.next()).value)).toMatch(/\n$/)
    }
    input.end()
    expect((await running).code).toBe(0)
  })

  test('whose reader goes away ends quietly', async () => {
    const folder = await trainedFolder()
    const stdin = 'abc\n'.repeat(1000)
    const { code, stderr } = await dragoman(['generate', folder], { stdin, stdout: closingAfter(2) })
    expect([code, stderr]).toEqual([0, ''])
  })
})

describe('what generate refuses', () => {
  test('a missing model', async () => {
    const { path } = temporaryFiles({})
    const { code, stderr } = await dragoman(['generate', path('none')], { stdin: 'a\n' })
    expect(stderr).toMatch(/^dragoman: \S+none: there is no model here\n {2}hint: dragoman train/)
    expect(code).toBe(1)
  })

  test('a broken model, naming the folder', async () => {
    const { folder } = temporaryFiles({ 'config.json': '{', 'tokenizer.json': '{}', 'model.safetensors': '' })
    const { code, stderr } = await dragoman(['generate', folder], { stdin: 'a\n' })
    expect(stderr).toContain(`dragoman: ${folder}: config.json: this is not JSON`)
    expect(code).toBe(1)
  })

  test('bad UTF-8, after the lines before it', async () => {
    const folder = await trainedFolder()
    const { code, stdout, stderr } = await dragoman(['generate', folder], {
      stdin: Buffer.from('abc\n\xff\n', 'latin1'),
    })
    expect(stdout.split('\n')).toHaveLength(2)
    expect(stderr).toBe('dragoman: standard input:2: not UTF-8\n  hint: save the file as UTF-8\n')
    expect(code).toBe(1)
  })

  test.each([
    [['--top-k', '3'], '--top-k: nothing is drawn'],
    [['--nbest', '2'], '--nbest: 2 hypotheses of 1 beams'],
    [['--sample', '--beams', '2'], '--sample: 2 beams are searched'],
    [['--beams', '0'], 'It must be a whole number of 1 or more.'],
    [['--temperature', '-1'], 'It must be a number above 0.'],
    [['--beam', '2'], "unknown option '--beam'"],
    [['--early-stopping', 'soon', '--beams', '2'], 'It must be true, false or never.'],
    [['--early-stopping', 'never'], '--early-stopping: there is one hypothesis'],
    [['--beam-groups', '2', '--beams', '3'], '--beam-groups: '],
    [['--min-p', '0.1'], '--min-p: nothing is drawn'],
    [['--suppress-tokens', 'zz'], '--suppress-tokens: '],
  ])('%j: exit code 2, before any line is read', async (flags, message) => {
    const folder = await trainedFolder()
    const { code, stdout, stderr } = await dragoman(['generate', folder, ...flags], { stdin: 'a\n' })
    expect(stderr).toContain(message)
    expect(stderr).toContain('hint: ')
    expect([code, stdout]).toEqual([2, ''])
  })

  test('attention of a model without', async () => {
    const { path } = temporaryFiles({ 'pairs.tsv': 'a\tb\n' })
    await dragoman(['train', path('pairs.tsv'), '--out', path('m'), '--model', 'rnn', '--steps', '1'])
    const { code, stderr } = await dragoman(['generate', path('m'), '--attention'], { stdin: 'a\n' })
    expect(stderr).toContain('--attention: this decoder has no attention')
    expect(code).toBe(2)
  })
})
