import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { RandomStream } from '../random/index.ts'
import { decodeLines } from './lines.ts'

const encoder = new TextEncoder()

function bytesOf(...parts: (string | number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...encoder.encode(part)] : part)),
  )
}

async function collect(chunks: Uint8Array[], file?: string): Promise<{ lines: string[]; error?: unknown }> {
  const lines: string[] = []
  try {
    for await (const line of decodeLines(chunks, { file })) lines.push(line)
    return { lines }
  } catch (error) {
    return { lines, error }
  }
}

describe('decodeLines', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['\n\na\n\n', ['', '', 'a', '']],
    ['\ufeffa\n\ufeffb', ['a', '\ufeffb']],
    ['a\rb\u2028c\n', ['a\rb\u2028c']],
  ])('reads %o', async (text, lines) => {
    expect(await collect([bytesOf(text)])).toEqual({ lines })
  })

  it('reads the same lines however the bytes are cut (100 random cuts)', async () => {
    const text = '\ufeffআমি\tভাত\r\n\r\n😀😀\tx\nlast é'
    const bytes = bytesOf(text)
    const lines = ['আমি\tভাত', '', '😀😀\tx', 'last é']
    for (let seed = 0; seed < 100; seed++) {
      const words = new RandomStream(seed).words(new Uint32Array(bytes.length + 1), { step: 0, site: 0 })
      const chunks: Uint8Array[] = []
      for (let start = 0, i = 0; start < bytes.length; i++) {
        const end = Math.min(bytes.length, start + ((words[i] as number) % 9) + (i % 2))
        chunks.push(bytes.slice(start, end))
        start = end
      }
      expect(await collect(chunks), `seed ${seed}`).toEqual({ lines })
    }
  })

  it('does not depend on chunks that are overwritten after they were read', async () => {
    const shared = new Uint8Array(2)
    function* chunks(): Generator<Uint8Array> {
      for (const part of ['ab', 'c\n', 'de']) {
        shared.set(encoder.encode(part))
        yield shared
      }
    }
    const lines: string[] = []
    for await (const line of decodeLines(chunks())) lines.push(line)
    expect(lines).toEqual(['abc', 'de'])
  })

  // Each is not UTF-8: a byte that starts nothing, a sequence cut off by the line's end, an overlong
  // form, a surrogate, a value above U+10FFFF, UTF-16.
  it.each([
    [[0xff]],
    [[0xe0, 0xa6]],
    [[0xc0, 0xaf]],
    [[0xed, 0xa0, 0x80]],
    [[0xf4, 0x90, 0x80, 0x80]],
    [[0xff, 0xfe, 0x61, 0]],
  ])('refuses the bytes %o, with their line, after the lines before', async (bad) => {
    const { lines, error } = await collect([bytesOf('one\ntwo\nth', bad, 'ree\nfour\n')], 'pairs.tsv')
    expect(lines).toEqual(['one', 'two'])
    expect(DataError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ file: 'pairs.tsv', line: 3, problem: 'not UTF-8' })
  })

  it('refuses a sequence that the end of the input cuts off', async () => {
    const { lines, error } = await collect([bytesOf('one\n'), bytesOf([0xe0, 0xa6])])
    expect(lines).toEqual(['one'])
    expect(error).toMatchObject({ line: 2, problem: 'not UTF-8' })
  })
})
