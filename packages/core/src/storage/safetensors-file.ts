import type { OpenFile } from './file-store.ts'
import { decodeHeader, decodeTensor, headerLengthOf, LENGTH_BYTES, type StoredTensor } from './safetensors.ts'
import type { Header } from './safetensors-header.ts'

/** A safetensors file whose header is read and checked, and whose tensors are not in memory yet. */
export interface SafetensorsFile extends Header {
  /** Where the data start, in bytes. */
  readonly dataStart: number
  readonly file: OpenFile
}

/** Reads the header. Throws FormatError as `readSafetensors` does. */
export async function openSafetensors(file: OpenFile): Promise<SafetensorsFile> {
  const start = new Uint8Array(LENGTH_BYTES)
  await file.read(0, start.subarray(0, file.size))
  const header = new Uint8Array(headerLengthOf(start, file.size))
  await file.read(LENGTH_BYTES, header)
  const dataStart = LENGTH_BYTES + header.length
  return { ...decodeHeader(header, file.size - dataStart), dataStart, file }
}

/** The tensors one after another. All lie in the same memory in turn: each is good until the next is asked for. */
export async function* readTensors({
  entries,
  dataStart,
  file,
}: SafetensorsFile): AsyncGenerator<[name: string, tensor: StoredTensor]> {
  const place = new Uint8Array(entries.reduce((most, { begin, end }) => Math.max(most, end - begin), 0))
  for (const { name, dtype, shape, begin, end } of entries) {
    const bytes = place.subarray(0, end - begin)
    await file.read(dataStart + begin, bytes)
    yield [name, decodeTensor(name, dtype, shape, bytes)]
  }
}
