import { bfloat16ToFloat32, float16ToFloat32 } from './half.ts'
import {
  ELEMENT_BYTES,
  type FileDtype,
  formatError,
  type Header,
  MAX_HEADER_BYTES,
  METADATA_KEY,
  readHeader,
  sizeOf,
} from './safetensors-header.ts'

/** A tensor of a file: row-major values; BOOL as 0 and 1. */
export type StoredTensor =
  | { readonly dtype: 'F32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'F64'; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly dtype: 'I32'; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly dtype: 'U8' | 'BOOL'; readonly shape: readonly number[]; readonly data: Uint8Array }

/** What a file holds: tensors by name, and free text by key. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

const OPEN_BRACE = 0x7b
const SPACE = 0x20

const ARRAY_TYPES = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
}

/** Bytes before the header that say how long it is. */
export const LENGTH_BYTES = 8

/** The length of the header of a file of so many bytes, from the first of them. Throws FormatError. */
export function headerLengthOf(start: Uint8Array, fileBytes: number): number {
  if (fileBytes < LENGTH_BYTES) throw formatError(`${fileBytes} bytes are too few: is the file cut off?`)
  const view = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES)
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32
  if (length > MAX_HEADER_BYTES)
    throw formatError(`a header of ${length} bytes is too long: not this format?`)
  if (LENGTH_BYTES + length > fileBytes) {
    throw formatError(
      `the header ends at byte ${LENGTH_BYTES + length} of ${fileBytes}: is the file cut off?`,
    )
  }
  return length
}

/** The header of a file in which so many bytes follow it. Throws FormatError. */
export function decodeHeader(bytes: Uint8Array, dataBytes: number): Header {
  if (bytes[0] !== OPEN_BRACE) throw formatError('the header does not start with {')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw formatError('the header is not UTF-8')
  }
  return readHeader(text, dataBytes)
}

function readInt64(bytes: Uint8Array, name: string): Int32Array {
  const wide = new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
  return Int32Array.from(wide, (value) => {
    if (BigInt.asIntN(32, value) !== value)
      throw formatError(`the I64 value ${value} does not fit 32 bits`, name)
    return Number(value)
  })
}

function words16({ buffer, byteOffset, length }: Uint8Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, length / 2)
}

/** A tensor of a file from its bytes, which are aligned for views of any width: it may be such a view. */
export function decodeTensor(
  name: string,
  dtype: FileDtype,
  shape: readonly number[],
  bytes: Uint8Array,
): StoredTensor {
  switch (dtype) {
    case 'F32':
      return { dtype, shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) }
    case 'F64':
      return { dtype, shape, data: new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8) }
    case 'I32':
      return { dtype, shape, data: new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) }
    case 'I64':
      return { dtype: 'I32', shape, data: readInt64(bytes, name) }
    case 'F16':
      return { dtype: 'F32', shape, data: float16ToFloat32(words16(bytes)) }
    case 'BF16':
      return { dtype: 'F32', shape, data: bfloat16ToFloat32(words16(bytes)) }
    case 'U8':
      return { dtype, shape, data: bytes }
    case 'BOOL':
      if (bytes.some((value) => value > 1)) throw formatError('a BOOL byte is neither 0 nor 1', name)
      return { dtype, shape, data: bytes }
  }
}

/**
 * Reads a safetensors file: F32, F64, I32, U8 and BOOL as they are; F16 and BF16 as F32, exactly; I64
 * as I32 where every value fits. Nothing in the file is run, and no size in it is trusted: it is
 * checked against the bytes before memory is taken.
 *
 * @param isShared values that are aligned may be views of `bytes`, for who only reads them. By default all are copies.
 * @throws FormatError for a file that is cut off or not of the format: header, dtypes, shapes,
 *   offsets out of bounds, overlapping or with holes.
 *
 * Source: https://huggingface.co/docs/safetensors, "Format". Assumes a little-endian machine.
 */
export function readSafetensors(bytes: Uint8Array, isShared = false): Safetensors {
  const dataStart = LENGTH_BYTES + headerLengthOf(bytes, bytes.length)
  const data = bytes.subarray(dataStart)
  const header = decodeHeader(bytes.subarray(LENGTH_BYTES, dataStart), data.length)
  const tensors = new Map<string, StoredTensor>()
  for (const { name, dtype, shape, begin, end } of header.entries) {
    const isView = isShared && (data.byteOffset + begin) % ELEMENT_BYTES[dtype] === 0
    const own = isView ? data.subarray(begin, end) : copyBytes(data, begin, end)
    tensors.set(name, decodeTensor(name, dtype, shape, own))
  }
  return { tensors, metadata: header.metadata }
}

/** A plain copy: `slice` of Node's Buffer would share memory. */
function copyBytes(data: Uint8Array, begin: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - begin)
  copy.set(data.subarray(begin, end))
  return copy
}

function checkTensor(name: string, { dtype, shape, data }: StoredTensor): void {
  if (name === METADATA_KEY) throw formatError('the name is taken by the format', name)
  if (/\p{Surrogate}/u.test(name)) throw formatError('the name is not well-formed Unicode', name)
  if (!Object.hasOwn(ARRAY_TYPES, dtype)) {
    throw formatError(`dtype ${dtype} cannot be written; one of ${Object.keys(ARRAY_TYPES).join(', ')}`, name)
  }
  if (!(data instanceof ARRAY_TYPES[dtype]))
    throw formatError(`${dtype} values are not a ${ARRAY_TYPES[dtype].name}`, name)
  const size = sizeOf(shape)
  if (size !== data.length)
    throw formatError(`shape [${shape.join(', ')}] does not hold ${data.length} values`, name)
  if (dtype === 'BOOL' && data.some((value) => value > 1))
    throw formatError('a BOOL value is neither 0 nor 1', name)
}

/**
 * The bytes of a safetensors file. The same tensors give the same bytes: wider dtypes come first, so
 * that every tensor is aligned, then names in code-unit order; the header is filled up with spaces to
 * a multiple of 8 bytes.
 *
 * @param tensors by name.
 * @param metadata free text by key, such as `{ format: 'pt' }`.
 * @throws FormatError for values that do not fit their dtype or shape, or a name that cannot be.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  for (const [name, tensor] of tensors) checkTensor(name, tensor)
  const sorted = [...tensors].sort(
    ([nameA, a], [nameB, b]) => ELEMENT_BYTES[b.dtype] - ELEMENT_BYTES[a.dtype] || (nameA < nameB ? -1 : 1),
  )
  const header: [string, unknown][] = []
  if (Object.keys(metadata).length > 0) {
    header.push([
      METADATA_KEY,
      Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))),
    ])
  }
  let dataBytes = 0
  for (const [name, { dtype, shape, data }] of sorted) {
    header.push([name, { dtype, shape, data_offsets: [dataBytes, dataBytes + data.byteLength] }])
    dataBytes += data.byteLength
  }
  const text = new TextEncoder().encode(stringifyInOrder(header))
  const headerBytes = Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + dataBytes)
  new DataView(bytes.buffer).setUint32(0, headerBytes, true)
  bytes.fill(SPACE, LENGTH_BYTES, LENGTH_BYTES + headerBytes)
  bytes.set(text, LENGTH_BYTES)
  let at = LENGTH_BYTES + headerBytes
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

/** As JSON.stringify of an object, which would move keys such as "0" to the front and lose `__proto__`. */
function stringifyInOrder(entries: readonly [string, unknown][]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`
}
