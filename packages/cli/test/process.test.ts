import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { backendTable } from '../src/backends.ts'
import { ended, start } from './child.ts'
import { dragoman, trainedFolder, trainingFiles } from './support.ts'

const weights = (folder: string) => readFileSync(join(folder, 'model.safetensors'))

describe('the built command', () => {
  test('starts', async () => {
    const child = start(['--version'])
    const lines = createInterface(child.stdout!)[Symbol.asyncIterator]()
    expect((await lines.next()).value).toBe(packageJson.version)
    expect(await ended(child)).toEqual({ code: 0, stderr: '' })
  })

  test('trains on the backend that is the default, and answers in a pipe', async () => {
    const { path } = trainingFiles()
    const args = ['train', '-', '--out', path('model'), '--config', path('config.json')]
    const training = start(args)
    training.stdin!.end(readFileSync(path('pairs.tsv')))
    expect(await ended(training)).toMatchObject({ code: 0, stderr: 'training on 14 pairs, no validation\n' })
    const generating = start(['generate', path('model')])
    const answers = createInterface(generating.stdout!)[Symbol.asyncIterator]()
    for (const source of ['abc', 'cab']) {
      generating.stdin!.write(`${source}\n`)
      expect((await answers.next()).done).toBe(false)
    }
    generating.stdin!.end()
    expect(await ended(generating)).toEqual({ code: 0, stderr: '' })
  })

  test('saves at Ctrl-C, and the run goes on as if nothing had been', async () => {
    const { path } = trainingFiles()
    const common = ['--config', path('config.json'), '--valid', 'none', '--backend', 'reference']
    const train = (out: string, ...more: string[]) => [
      'train',
      path('pairs.tsv'),
      '--out',
      path(out),
      ...common,
      ...more,
    ]
    const child = start(train('stopped', '--minutes', '2', '--json'))
    const closed = ended(child)
    let steps = 0
    for await (const line of createInterface(child.stdout!)) {
      const event = JSON.parse(line)
      if (event.type === 'end') expect(event.reason).toBe('aborted')
      steps = event.step
      if (steps === 3) child.kill('SIGINT')
    }
    const { code, stderr } = await closed
    expect(stderr).toContain(`dragoman: stopped after step ${steps}; saved in ${path('stopped')}\n`)
    const command = `dragoman train ${path('pairs.tsv')} --out ${path('stopped')} --valid none --backend reference --resume`
    expect(stderr).toContain(`  hint: go on with: ${command}\n`)
    expect(code).toBe(130)

    const goOn = command.split(' ').slice(1)
    expect(
      await dragoman([...goOn, '--steps', `${steps + 4}`], { backends: backendTable('.') }),
    ).toMatchObject({ code: 0 })
    await dragoman(train('whole', '--steps', `${steps + 4}`), { backends: backendTable('.') })
    expect(weights(path('stopped')).equals(weights(path('whole')))).toBe(true)
  })

  test('ends quietly when the reader of its pipe has enough', async () => {
    const folder = await trainedFolder()
    const input = join(folder, 'lines.txt')
    writeFileSync(input, 'abc\n'.repeat(5000))
    const child = start(['generate', folder, '--input', input, '--max-length', '2', '--backend', 'reference'])
    child.stdout!.once('data', () => child.stdout!.destroy())
    expect(await ended(child)).toEqual({ code: 0, stderr: '' })
  })
})
