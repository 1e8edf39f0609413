import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { DataError, decodeLines, type Pair, readPairs } from '@dragoman/core'
import type { Environment } from './environment.ts'
import { asStorageError, codeOf } from './storage/disk-error.ts'

/** Bytes to read, and what errors call them. */
export interface Input {
  readonly name: string
  readonly chunks: AsyncIterable<Uint8Array>
}

/** A file, or standard input for `-`; gzip is unpacked, known by its first two bytes. */
export function openInput(path: string, environment: Environment): Input {
  const isStandard = path === '-'
  const name = isStandard ? 'standard input' : path
  const raw = isStandard ? environment.stdin() : createReadStream(path)
  return { name, chunks: read(name, raw) }
}

/** All pairs of a file, or of standard input for `-`. Throws DataError or StorageError. */
export async function readPairsFile(path: string, environment: Environment): Promise<Pair[]> {
  const { name, chunks } = openInput(path, environment)
  const pairs: Pair[] = []
  for await (const pair of readPairs(chunks, { file: name })) pairs.push(pair)
  return pairs
}

/** The lines of a file, or of standard input for `-`, without the empty ones. Throws DataError where there is none. */
export async function readSourcesFile(path: string, environment: Environment): Promise<string[]> {
  const { name, chunks } = openInput(path, environment)
  const sources: string[] = []
  for await (const line of decodeLines(chunks, { file: name })) if (line.trim() !== '') sources.push(line)
  if (sources.length > 0) return sources
  throw new DataError({ file: name, problem: 'there is no source', hint: 'give one or more, a line each' })
}

async function* read(name: string, raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    const chunks = raw[Symbol.asyncIterator]()
    const head = await firstBytes(chunks)
    const all = joined(head, chunks)
    yield* isGzip(head) ? unpacked(all) : all
  } catch (error) {
    if (codeOf(error)?.startsWith('Z_')) {
      throw new DataError({
        file: name,
        problem: 'the gzip data is broken or cut off',
        hint: 'was the file copied as a whole?',
      })
    }
    throw asStorageError(name, error)
  }
}

async function firstBytes(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array()
  while (head.length < 2) {
    const { done, value } = await chunks.next()
    if (done) break
    head = Buffer.concat([head, value])
  }
  return head
}

function isGzip(head: Uint8Array): boolean {
  // No UTF-8 text starts so: 0x8b only ever continues a sequence.
  return head[0] === 0x1f && head[1] === 0x8b
}

async function* joined(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (head.length > 0) yield head
  yield* { [Symbol.asyncIterator]: () => rest }
}

async function* unpacked(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const source = Readable.from(packed, { objectMode: false })
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  yield* source.pipe(gunzip)
}
