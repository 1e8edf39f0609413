import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { processEnvironment } from './environment.ts'
import { openInput } from './input.ts'

async function readAll(parts: readonly Uint8Array[]): Promise<string> {
  async function* stdin() {
    yield* parts
  }
  const read: Uint8Array[] = []
  for await (const chunk of openInput('-', { ...processEnvironment(), stdin }).chunks) read.push(chunk)
  return Buffer.concat(read).toString('utf8')
}

const oneByOne = (bytes: Uint8Array) => Array.from(bytes, (byte) => Uint8Array.of(byte))

test.each([
  ['text', Buffer.from('আমি তোমাকে\n'), 'আমি তোমাকে\n'],
  ['a single byte', Buffer.from('a'), 'a'],
  ['nothing', Buffer.from(''), ''],
  ['gzip', gzipSync('আমি\n'), 'আমি\n'],
  ['two gzips in a row', Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]), 'a\nb\n'],
])('reads %s, in whatever chunks it comes', async (_, bytes, text) => {
  expect(await readAll([bytes])).toBe(text)
  expect(await readAll(oneByOne(bytes))).toBe(text)
})

test('gzip that breaks off is an error with the name of the input', async () => {
  const reading = readAll([gzipSync('a long line of text\n').subarray(0, 15)])
  await expect(reading).rejects.toThrow('standard input: the gzip data is broken or cut off')
})
