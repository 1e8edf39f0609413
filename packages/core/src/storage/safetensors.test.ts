import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../errors.ts'
import { RandomStream } from '../random/index.ts'
import { readSafetensors, type StoredTensor, writeSafetensors } from './safetensors.ts'

// Written by the Python package safetensors 0.8.0, by goldens/safetensors-files.py.
const golden = (name: string) =>
  readFileSync(new URL(`../../goldens/safetensors-${name}.safetensors`, import.meta.url))

const tensors = new Map<string, StoredTensor>([
  [
    'b',
    { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1.5, -0, Number.NaN, Number.NEGATIVE_INFINITY) },
  ],
  ['a', { dtype: 'F32', shape: [], data: Float32Array.of(0.1) }],
  ['double', { dtype: 'F64', shape: [2], data: Float64Array.of(0.1, 1e300) }],
  ['int', { dtype: 'I32', shape: [1, 2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) }],
  ['bytes', { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 128, 255) }],
  ['mask', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ['0', { dtype: 'F32', shape: [0, 5], data: new Float32Array(0) }],
  ['__proto__', { dtype: 'F32', shape: [1], data: Float32Array.of(7) }],
  ['নাম 😀', { dtype: 'F32', shape: [1], data: Float32Array.of(8) }],
])

function file(header: unknown, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + dataBytes)
  new DataView(bytes.buffer).setUint32(0, text.length, true)
  bytes.set(text, 8)
  return bytes
}

const entry = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
})

describe('reading files of the Python package', () => {
  it('gives the values that were saved', () => {
    const { tensors, metadata } = readSafetensors(golden('mixed'))
    expect(metadata).toEqual({ format: 'pt', title: 'mixed dtypes' })
    expect(Object.fromEntries(tensors)).toEqual({
      weight: {
        dtype: 'F32',
        shape: [2, 3],
        data: Float32Array.of(1.5, -2.25, 0.1, Number.POSITIVE_INFINITY, -0, 3e-45),
      },
      bias: { dtype: 'F64', shape: [2], data: Float64Array.of(0.1, -1e300) },
      steps: { dtype: 'I32', shape: [2], data: Int32Array.of(-2147483648, 2147483647) },
      count: { dtype: 'I32', shape: [2, 1], data: Int32Array.of(-5, 7) },
      bytes: { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 128, 255) },
      mask: { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) },
      scalar: { dtype: 'F32', shape: [], data: Float32Array.of(42) },
      empty: { dtype: 'F32', shape: [0, 3], data: new Float32Array(0) },
      নাম: { dtype: 'F32', shape: [1], data: Float32Array.of(1) },
    })
  })

  it('widens half precision exactly', () => {
    const { tensors } = readSafetensors(golden('half'))
    expect(tensors.get('float16')).toEqual({
      dtype: 'F32',
      shape: [9],
      data: Float32Array.of(
        0,
        -0,
        1,
        -1.5,
        65504,
        2 ** -14,
        2 ** -24,
        Number.POSITIVE_INFINITY,
        0.333251953125,
      ),
    })
    expect(tensors.get('bfloat16')?.data).toEqual(
      Float32Array.of(0, -1.5, 3.140625, 2 ** -133, Number.NEGATIVE_INFINITY),
    )
  })

  it('refuses I64 values that do not fit', () => {
    expect(() => readSafetensors(golden('int64'))).toThrow(
      /tensor "big": the I64 value 2147483648 does not fit/,
    )
  })

  it('writes the bytes that the format asks for', () => {
    const plain = new Map<string, StoredTensor>([
      ['w', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }],
    ])
    // By hand from the format: 8 bytes of length (56), the JSON, spaces to a multiple of 8, 1.0 as float32.
    const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.padEnd(56)
    expect(writeSafetensors(plain)).toEqual(
      Uint8Array.from([56, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), 0, 0, 0x80, 0x3f]),
    )
  })
})

describe('writing', () => {
  it('round-trips every dtype to the bit', () => {
    const metadata = { z: '1', a: 'ক' }
    const read = readSafetensors(writeSafetensors(tensors, metadata))
    expect(read.metadata).toEqual(metadata)
    expect(new Map(read.tensors)).toEqual(tensors)
    expect(Object.is(read.tensors.get('b')?.data[1], -0)).toBe(true)
  })

  it('does not depend on the order of the tensors', () => {
    const reversed = new Map([...tensors].reverse())
    expect(writeSafetensors(reversed, { a: '1', b: '2' })).toEqual(
      writeSafetensors(tensors, { b: '2', a: '1' }),
    )
  })

  it('aligns the data and each tensor to its width', () => {
    const bytes = writeSafetensors(tensors)
    const headerBytes = new DataView(bytes.buffer).getUint32(0, true)
    expect(headerBytes % 8).toBe(0)
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)))
    for (const { dtype, data_offsets } of Object.values<{ dtype: string; data_offsets: number[] }>(header)) {
      const width = { F64: 8, F32: 4, I32: 4 }[dtype] ?? 1
      expect((data_offsets[0] as number) % width).toBe(0)
    }
    expect(Object.keys(header).indexOf('a')).toBeLessThan(Object.keys(header).indexOf('b'))
  })

  it('reads a file inside a larger buffer, and copies', () => {
    const bytes = writeSafetensors(tensors)
    const larger = Buffer.alloc(bytes.length + 5, 1)
    larger.set(bytes, 3)
    const read = readSafetensors(larger.subarray(3, 3 + bytes.length))
    larger.fill(0)
    expect(new Map(read.tensors)).toEqual(tensors)
  })

  it('shares the values of a file where they are aligned, if asked to', () => {
    const bytes = writeSafetensors(tensors)
    for (const shift of [0, 1]) {
      const larger = new Uint8Array(bytes.length + 8)
      const place = larger.subarray(shift, shift + bytes.length)
      place.set(bytes)
      const read = readSafetensors(place, true)
      expect(new Map(read.tensors)).toEqual(tensors)
      for (const { dtype, data } of read.tensors.values()) {
        const isNarrow = dtype === 'U8' || dtype === 'BOOL'
        expect(data.buffer === larger.buffer).toBe(shift === 0 || isNarrow)
      }
    }
  })

  it.each<[string, string, StoredTensor]>([
    ['too few values', 'x', { dtype: 'F32', shape: [2], data: Float32Array.of(1) }],
    ['a negative length', 'x', { dtype: 'F32', shape: [-1, -1], data: Float32Array.of(1) }],
    [
      'another array type',
      'x',
      { dtype: 'F32', shape: [1], data: Float64Array.of(1) as unknown as Float32Array },
    ],
    ['a dtype that is read only', 'x', { dtype: 'I64' as 'I32', shape: [1], data: Int32Array.of(1) }],
    ['a bool of 2', 'x', { dtype: 'BOOL', shape: [1], data: Uint8Array.of(2) }],
    ['the reserved name', '__metadata__', { dtype: 'U8', shape: [1], data: Uint8Array.of(2) }],
    ['a broken name', 'a\ud800', { dtype: 'U8', shape: [1], data: Uint8Array.of(2) }],
  ])('refuses %s', (_, name, tensor) => {
    expect(() => writeSafetensors(new Map([[name, tensor]]))).toThrow(FormatError)
  })
})

it('reads an empty tensor that lies where another begins, in either order', () => {
  for (const header of [
    { a: entry(0, 4), b: entry(0, 0) },
    { b: entry(0, 0), a: entry(0, 4) },
  ]) {
    expect([...readSafetensors(file(header, 4)).tensors.keys()].sort()).toEqual(['a', 'b'])
  }
})

describe('malformed files', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['no bytes', new Uint8Array(0), /0 bytes are too few/],
    ['no header', new Uint8Array(8), /does not start with/],
    ['a header past the end', Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d), /ends at byte 17 of 10/],
    ['a giant header', new Uint8Array(16).fill(255), /too long/],
    ['another format', new TextEncoder().encode('PK\x03\x04 a zip file'), /too long/],
    ['text before {', file(' {}'), /does not start with/],
    ['broken JSON', file('{"a":'), /not JSON/],
    ['no UTF-8', Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d), /not UTF-8/],
    ['an array of metadata', file({ __metadata__: ['a'] }), /__metadata__/],
    ['a number in metadata', file({ __metadata__: { a: 1 } }), /__metadata__/],
    ['a tensor that is null', file({ a: null }), /"a": is not an object/],
    ['no dtype', file({ a: { shape: [], data_offsets: [0, 4] } }, 4), /dtype is not a string/],
    ['an unknown dtype', file({ a: entry(0, 4, [4], 'F8_E4M3') }, 4), /dtype F8_E4M3 is none of/],
    ['a dtype of Object', file({ a: entry(0, 4, [1], 'toString') }, 4), /is none of/],
    ['an unknown field', file({ a: { ...entry(0, 4), strides: [1] } }, 4), /unknown field "strides"/],
    ['a negative shape', file({ a: entry(0, 4, [-1]) }, 4), /shape/],
    ['a fraction in the shape', file({ a: entry(0, 4, [0.5]) }, 4), /shape/],
    ['a shape that overflows', file({ a: entry(0, 4, [2 ** 30, 2 ** 30]) }, 4), /too large/],
    ['one offset', file({ a: { dtype: 'F32', shape: [], data_offsets: [0] } }, 4), /data_offsets/],
    ['negative offsets', file({ a: entry(-4, 0, [1]) }, 4), /data_offsets/],
    ['reversed offsets', file({ a: { dtype: 'F32', shape: [1], data_offsets: [4, 0] } }, 4), /span -4 bytes/],
    ['offsets of another size', file({ a: entry(0, 8, [1]) }, 8), /span 8 bytes, F32 \[1\] takes 4/],
    ['a tensor past the end', file({ a: entry(0, 8) }, 4), /ends at byte 8, the file has 4/],
    ['an overlap', file({ a: entry(0, 8), b: entry(4, 12) }, 12), /"b": bytes 4 to 12 overlap/],
    ['one place twice', file({ a: entry(0, 4), b: entry(0, 4) }, 4), /overlap/],
    ['a hole at the start', file({ a: entry(4, 8) }, 8), /bytes 0 to 4 before it/],
    ['a hole inside', file({ a: entry(0, 4), b: entry(8, 12) }, 12), /bytes 4 to 8 before it/],
    ['a hole at the end', file({ a: entry(0, 4) }, 7), /3 bytes after the last tensor/],
    [
      'an empty tensor past the end',
      file({ a: entry(0, 4), b: entry(8, 8) }, 4),
      /before it belong to no tensor/,
    ],
    ['a bool of 2', Uint8Array.from([...file({ a: entry(0, 1, [1], 'BOOL') }), 2]), /neither 0 nor 1/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message)
    expect(() => readSafetensors(bytes)).toThrow(FormatError)
  })

  it('refuses every cut', () => {
    const bytes = writeSafetensors(tensors)
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length)), `first ${length} bytes`).toThrow(FormatError)
    }
  })

  it('reads or refuses with FormatError whatever bytes are changed (2000 random changes)', () => {
    const bytes = writeSafetensors(tensors, { a: 'b' })
    const headerEnd = 8 + new DataView(bytes.buffer).getUint32(0, true)
    for (let seed = 0; seed < 2000; seed++) {
      const [where = 0, what = 0] = new RandomStream(seed).words(new Uint32Array(2), { step: 0, site: 0 })
      const changed = bytes.slice()
      changed[where % headerEnd] = what & 0xff
      try {
        readSafetensors(changed)
      } catch (error) {
        expect(FormatError.isInstance(error), `seed ${seed}: ${error}`).toBe(true)
      }
    }
  })
})
