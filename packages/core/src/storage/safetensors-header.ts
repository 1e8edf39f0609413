import { FormatError } from '../errors.ts'

/** Bytes a value takes, for each dtype that can be read. */
export const ELEMENT_BYTES = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  F16: 2,
  BF16: 2,
  U8: 1,
  BOOL: 1,
} as const

/** The dtypes that can be read. */
export type FileDtype = keyof typeof ELEMENT_BYTES

/** One tensor of a header: where its bytes lie, counted from the end of the header. */
export interface HeaderEntry {
  readonly name: string
  readonly dtype: FileDtype
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/** A checked header. */
export interface Header {
  readonly entries: readonly HeaderEntry[]
  readonly metadata: Readonly<Record<string, string>>
}

/** The longest header of the format, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000
/** The key of the header that holds strings and no tensor. */
export const METADATA_KEY = '__metadata__'

/** The error of this format; `name` is the tensor it is about. */
export function formatError(problem: string, name?: string): FormatError {
  const about = name === undefined ? problem : `tensor ${JSON.stringify(name)}: ${problem}`
  return new FormatError({ format: 'safetensors', problem: about })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** The number of values of a shape; undefined where it is no whole number that a double can hold. */
export function sizeOf(shape: readonly number[]): number | undefined {
  const size = shape.reduce((product, length) => product * length, 1)
  return shape.every(isCount) && Number.isSafeInteger(size) ? size : undefined
}

function readEntry(name: string, value: unknown): HeaderEntry {
  if (!isObject(value)) throw formatError('is not an object', name)
  const extra = Object.keys(value).find((key) => !['dtype', 'shape', 'data_offsets'].includes(key))
  if (extra !== undefined) throw formatError(`unknown field ${JSON.stringify(extra)}`, name)
  const dtype: unknown = value.dtype
  const shape: unknown = value.shape
  const offsets: unknown = value.data_offsets
  if (typeof dtype !== 'string') throw formatError('dtype is not a string', name)
  if (!Object.hasOwn(ELEMENT_BYTES, dtype)) {
    throw formatError(`dtype ${dtype} is none of ${Object.keys(ELEMENT_BYTES).join(', ')}`, name)
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw formatError('shape is not an array of whole numbers from 0 up', name)
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw formatError('data_offsets is not two whole numbers from 0 up', name)
  }
  const [begin, end] = offsets as [number, number]
  const size = sizeOf(shape)
  if (size === undefined) throw formatError(`shape [${shape.join(', ')}] is too large`, name)
  const bytes = size * ELEMENT_BYTES[dtype as FileDtype]
  if (end - begin !== bytes) {
    throw formatError(
      `data_offsets span ${end - begin} bytes, ${dtype} [${shape.join(', ')}] takes ${bytes}`,
      name,
    )
  }
  return { name, dtype: dtype as FileDtype, shape, begin, end }
}

function readMetadata(value: unknown): Record<string, string> {
  if (!isObject(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw formatError(`${METADATA_KEY} is not an object of strings`)
  }
  return { ...value } as Record<string, string>
}

/** Tensors must fill the data from its first byte to its last, each byte once. */
function checkCoverage(entries: readonly HeaderEntry[], dataBytes: number): void {
  let at = 0
  for (const { name, begin, end } of entries) {
    if (begin < at) throw formatError(`bytes ${begin} to ${end} overlap another tensor`, name)
    if (begin > at) throw formatError(`bytes ${at} to ${begin} before it belong to no tensor`, name)
    if (end > dataBytes)
      throw formatError(`ends at byte ${end}, the file has ${dataBytes}: is it cut off?`, name)
    at = end
  }
  if (at !== dataBytes) throw formatError(`${dataBytes - at} bytes after the last tensor belong to none`)
}

/**
 * Reads and checks the JSON of a header against the number of data bytes that follow it.
 *
 * @throws FormatError for everything that the format does not allow.
 */
export function readHeader(text: string, dataBytes: number): Header {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new FormatError({ format: 'safetensors', problem: 'the header is not JSON', cause })
  }
  if (!isObject(json)) throw formatError('the header is not a JSON object')
  const entries: HeaderEntry[] = []
  let metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(json)) {
    if (name === METADATA_KEY) metadata = readMetadata(value)
    else entries.push(readEntry(name, value))
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  checkCoverage(entries, dataBytes)
  return { entries, metadata }
}
