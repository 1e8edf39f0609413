import type { HostArray, Kind } from '@dragoman/core/backend'
import type { DataType } from '../protobuf/onnx.ts'

/** How each kind is stored. */
export const typeOf: Readonly<Record<Kind, 'float' | 'int32' | 'bool'>> = {
  float: 'float',
  int: 'int32',
  bool: 'bool',
}

/** Numbers as the bytes of a tensor. */
export function bytesOf(type: DataType, data: ArrayLike<number>): Uint8Array {
  if (type === 'float') return new Uint8Array(Float32Array.from(data).buffer)
  if (type === 'int32') return new Uint8Array(Int32Array.from(data).buffer)
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(Array.from(data, BigInt)).buffer)
  return Uint8Array.from(data)
}

/** The elements of a host array as the bytes of a tensor; shared with the array where they agree. */
export function bytesOfArray({ kind, data }: HostArray): Uint8Array {
  if (data instanceof Float64Array) return bytesOf('float', data)
  return kind === 'bool' && data instanceof Uint8Array
    ? data
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
