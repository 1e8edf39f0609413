import { DataError } from '../errors.ts'

/** What errors call the input. */
export interface ReadOptions {
  /** The name that stands in errors, for example `pairs.tsv`. */
  readonly file?: string | undefined
}

const LINE_FEED = 0x0a
const BYTE_ORDER_MARK = '\ufeff'

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** The first line of a block that is not UTF-8, counted from 0, and the text before it. */
function decodeUpToError(block: Uint8Array, decoder: TextDecoder): string[] {
  const lines: string[] = []
  for (let start = 0; start <= block.length; ) {
    const found = block.indexOf(LINE_FEED, start)
    const end = found < 0 ? block.length : found
    try {
      lines.push(decoder.decode(block.subarray(start, end)))
    } catch {
      return lines
    }
    start = end + 1
  }
  return lines
}

/**
 * The lines of UTF-8 bytes that come in chunks, cut anywhere: without their ends (LF or CRLF) and
 * without a byte order mark at the start. A line feed at the very end starts no further line.
 *
 * @throws DataError with file and line where the bytes are not UTF-8, after the lines before it.
 */
export async function* decodeLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { file }: ReadOptions = {},
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let lineCount = 0

  function* decodeBlock(block: Uint8Array): Generator<string> {
    // No byte of a longer UTF-8 sequence is a line feed, so whole lines decode on their own; all at
    // once is many times faster than one by one.
    let lines: string[]
    let isBroken = false
    try {
      lines = decoder.decode(block).split('\n')
    } catch {
      lines = decodeUpToError(block, decoder)
      isBroken = true
    }
    for (let line of lines) {
      if (lineCount++ === 0 && line.startsWith(BYTE_ORDER_MARK)) line = line.slice(1)
      yield line.endsWith('\r') ? line.slice(0, -1) : line
    }
    if (isBroken) {
      throw new DataError({ file, line: lineCount + 1, problem: 'not UTF-8', hint: 'save the file as UTF-8' })
    }
  }

  let pending: Uint8Array[] = []
  for await (const chunk of chunks) {
    const last = chunk.lastIndexOf(LINE_FEED)
    if (last >= 0) {
      yield* decodeBlock(concatenate([...pending, chunk.subarray(0, last)]))
      pending = []
    }
    // A copy, as the giver of the chunk may use its memory again.
    if (last + 1 < chunk.length) pending.push(chunk.slice(last + 1))
  }
  if (pending.length > 0) yield* decodeBlock(concatenate(pending))
}
