import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { reference } from '@dragoman/core'
import { onTestFinished } from 'vitest'
import { type Environment, processEnvironment } from '../src/environment.ts'
import { main } from '../src/main.ts'

/** What a command said, and how it ended. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line in this process, with standard input of its own. */
export async function dragoman(
  args: readonly string[],
  {
    stdin = '',
    ...environment
  }: { stdin?: string | Uint8Array | Readable } & Partial<Omit<Environment, 'stdin'>> = {},
): Promise<Outcome> {
  const stdout = new Collector()
  const stderr = new Collector()
  const code = await main(args, {
    ...processEnvironment(),
    backends: { cpu: { description: 'the reference, for speed of testing', open: async () => reference() } },
    stdout,
    stderr,
    stdin: () => (stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin)])),
    ...environment,
  })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

class Collector extends Writable {
  text = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8')
    done()
  }
}

/** A stream whose reader goes away after some lines. */
export function closingAfter(lines: number): Writable {
  let seen = 0
  return new Writable({
    write(_chunk, _encoding, done) {
      if (seen++ < lines) return done()
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    },
  })
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files into a folder that is gone after the test, and gives the path of each. */
export function temporaryFiles(files: Readonly<Record<string, string | Uint8Array>>): {
  folder: string
  path(name: string): string
} {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return { folder, path: (name) => join(folder, name) }
}

const words = ['ab', 'ba', 'abc', 'cab', 'bca', 'cc', 'a', 'bb', 'abcc', 'cba', 'acb', 'bbc', 'cca', 'aab']

/** Words and their letters in reverse. */
export const reversedPairs: string = words
  .map((word) => `${word}\t${Array.from(word).reverse().join('')}\n`)
  .join('')

/** A model so small that a step takes no time. */
export const tinyConfig = {
  version: 1,
  model: {
    version: 1,
    encoder: { type: 'rnn', cell: 'gru', embeddingSize: 4, hiddenSize: 6, dropout: 0.1 },
    decoder: {
      type: 'rnn',
      cell: 'gru',
      embeddingSize: 4,
      hiddenSize: 6,
      attention: { score: 'general' },
      output: { from: ['state', 'context'] },
    },
  },
  training: { batch: { size: 4 }, steps: 6, seed: 1 },
} as const

/** A Transformer that is as small, with one embedding in three places. */
export const tinyTransformer = {
  version: 1,
  model: {
    version: 1,
    tiedEmbeddings: 'all',
    encoder: { type: 'transformer', modelSize: 8, layers: 1, heads: 2, feedForwardSize: 12, dropout: 0.1 },
    decoder: { type: 'transformer', modelSize: 8, layers: 1, heads: 2, feedForwardSize: 12, dropout: 0.1 },
  },
  training: { batch: { size: 4 }, steps: 6, seed: 1 },
} as const

/** The files that most tests need: pairs and a tiny configuration. */
export function trainingFiles(): ReturnType<typeof temporaryFiles> {
  return temporaryFiles({ 'pairs.tsv': reversedPairs, 'config.json': JSON.stringify(tinyConfig) })
}

/** Trains the tiny model, and gives its folder. */
export async function trainedFolder(...more: readonly string[]): Promise<string> {
  const { path } = trainingFiles()
  const out = path('model')
  const outcome = await dragoman([
    'train',
    path('pairs.tsv'),
    '--out',
    out,
    '--config',
    path('config.json'),
    ...more,
  ])
  if (outcome.code !== 0) throw new Error(outcome.stderr)
  return out
}
