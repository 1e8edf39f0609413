import { join } from 'node:path'
import { Writable } from 'node:stream'
import { BackendError, reference } from '@dragoman/core'
import { describe, expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import type { OpenOptions } from '../src/backends.ts'
import { closingAfter, dragoman, trainedFolder } from './support.ts'

describe('usage', () => {
  test('--help and --version are results', async () => {
    const help = await dragoman(['--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const command of [
      'train',
      'generate',
      'evaluate',
      'inspect',
      'average',
      'compare',
      'bench',
      'backends',
    ]) {
      expect(help.stdout).toContain(`  ${command} `)
      const own = await dragoman([command, '--help'])
      expect(own).toMatchObject({ code: 0, stderr: '' })
      expect(own.stdout).toContain(`Usage: dragoman ${command}`)
    }
    expect(await dragoman(['--version'])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' })
  })

  test.each([
    [['trian'], "dragoman: unknown command 'trian'\n(Did you mean train?)\n  hint: dragoman --help\n"],
    [['--foo'], "dragoman: unknown option '--foo'\n  hint: dragoman --help\n"],
    [
      ['train', 'p', '--out', 'm', '--epoch', '3'],
      "dragoman: unknown option '--epoch'\n(Did you mean --epochs?)\n  hint: dragoman train --help\n",
    ],
    [
      ['train', 'p'],
      "dragoman: required option '--out <DIR>' not specified\n  hint: dragoman train --help\n",
    ],
    [['evaluate', 'm'], "dragoman: missing required argument 'PAIRS'\n  hint: dragoman evaluate --help\n"],
    [['inspect', 'a', 'b'], 'dragoman: too many arguments'],
  ])('%j is refused with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await dragoman(args)
    expect(stderr).toContain(message)
    expect([code, stdout]).toEqual([2, ''])
  })

  test('no command shows the help, as an error', async () => {
    const { code, stdout, stderr } = await dragoman([])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('Usage: dragoman')
  })

  test('a fault of its own is told without a stack, and with one when asked', async () => {
    const fault = {
      cpu: {
        description: '',
        open: async () => {
          throw new TypeError('oops')
        },
      },
    }
    const args = ['train', '-', '--out', 'never-made']
    const plain = await dragoman(args, { stdin: 'a\tb\n', backends: fault, isDebug: false })
    expect(plain.code).toBe(1)
    expect(plain.stderr).toContain('dragoman: unexpected: oops\n  hint: ')
    expect(plain.stderr).not.toContain('TypeError')
    expect((await dragoman(args, { stdin: 'a\tb\n', backends: fault, isDebug: true })).stderr).toContain(
      'TypeError: oops',
    )
  })
})

test('--threads reaches the backend, in every command that runs a model', async () => {
  const asked: unknown[] = []
  const cpu = {
    description: '',
    open: async (options?: OpenOptions) => {
      asked.push(options)
      throw new BackendError({ backend: 'cpu', problem: 'never mind' })
    },
  }
  const folder = await trainedFolder()
  for (const args of [
    ['train', '-', '--out', join(folder, 'never-made')],
    ['generate', folder],
    ['evaluate', folder, '-'],
  ]) {
    const { code, stderr } = await dragoman([...args, '--threads', '3'], {
      stdin: 'a\tb\n',
      backends: { cpu },
    })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/dragoman: cpu: never mind\n$/),
    })
  }
  expect(asked).toEqual(Array(3).fill({ threads: 3 }))
})

describe('backends', () => {
  const backends = {
    cpu: { description: 'here', open: async () => reference() },
    gpu: {
      description: 'elsewhere',
      open: async () => {
        throw new Error('no adapter')
      },
    },
  }

  test('says what is available, and why not', async () => {
    const { code, stdout } = await dragoman(['backends'], { backends })
    expect(code).toBe(0)
    expect(stdout).toBe(
      'cpu: here\n  precision    float64\ngpu: elsewhere (not available here)\n  reason       no adapter\n',
    )
  })

  test('--json prints a line for each', async () => {
    const { stdout } = await dragoman(['backends', '--json'], { backends })
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { name: 'cpu', available: true, precision: 'float64' },
      { name: 'gpu', available: false, reason: 'no adapter' },
    ])
  })

  test('a disk that is full under standard output is told', async () => {
    const full = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
    })
    const { code, stderr } = await dragoman(['backends'], { backends, stdout: full })
    expect(stderr).toContain('dragoman: standard output: the disk is full')
    expect(code).toBe(1)
  })

  test('a reader that goes away is no error', async () => {
    expect(await dragoman(['backends'], { backends, stdout: closingAfter(0) })).toMatchObject({
      code: 0,
      stderr: '',
    })
  })
})
