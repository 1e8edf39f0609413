import { describe, expect, it } from 'vitest'
import { add, mul, neg } from './elementwise.ts'
import type { Graph, Kind } from './graph.ts'
import { hashGraph, murmur3 } from './hash.ts'
import { constant, pad, slice } from './movement.ts'
import { scan } from './scan.ts'
import { fromJson, toJson } from './serialize.ts'
import { trace } from './trace.ts'

interface Variation {
  readonly name?: string
  readonly input?: string
  readonly output?: string
  readonly kind?: Kind
  readonly size?: string | number
  readonly scope?: string
  readonly literal?: number
  readonly reverse?: boolean
  readonly inner?: number
  readonly isSwapped?: boolean
  readonly extra?: boolean
  readonly padding?: number
}

function variant({
  name = 'graph',
  input = 'x',
  output = 'y',
  size = 'time',
  scope = 'layer',
  literal = 0,
  reverse = false,
  inner = 2,
  isSwapped = false,
  extra = false,
  padding = 0,
}: Variation = {}): Graph {
  return trace(name, (place) => {
    const x = place.input(input, 'float', [size, 3])
    const b = place.input('b', 'float', [3])
    if (extra) place.value('float', [1])
    const first = place.scoped(scope, () => neg(slice(pad(x, [0, 1], [0, 0], padding), 1, 0, 3)))
    const sum = isSwapped ? add(b, first) : add(first, b)
    const start = constant(place, 'float', [], [literal])
    const loop = { carry: { s: start }, xs: { x: sum }, reverse }
    const { ys } = scan(name, place, loop, ({ s }, step) => ({
      carry: { s },
      ys: { [output]: mul(step.x as typeof b, inner) },
    }))
    return { [output]: ys[output]! }
  })
}

const base = hashGraph(variant())

describe('hashGraph', () => {
  it('is 16 hexadecimal digits', () => {
    expect(base).toMatch(/^[0-9a-f]{16}$/)
  })

  it.each([
    ['graph traced again', {}],
    ['another name', { name: 'other' }],
    ['another scope', { scope: 'decoder' }],
    ['other numbers of values', { extra: true }],
  ] as [string, Variation][])('is the same for the %s', (_, variation) => {
    expect(hashGraph(variant(variation))).toBe(base)
  })

  it('is the same after a journey through JSON', () => {
    expect(hashGraph(fromJson(JSON.parse(JSON.stringify(toJson(variant())))))).toBe(base)
  })

  it.each([
    ['another input name', { input: 'z' }],
    ['another output name', { output: 'z' }],
    ['another size', { size: 'batch' }],
    ['a fixed size', { size: 4 }],
    ['another literal', { literal: 1 }],
    ['a literal of −0', { literal: -0 }],
    ['a literal of NaN', { literal: Number.NaN }],
    ['a literal of −Inf', { literal: Number.NEGATIVE_INFINITY }],
    ['a padding of −0', { padding: -0 }],
    ['the other direction', { reverse: true }],
    ['another literal in the loop', { inner: 3 }],
    ['operands the other way round', { isSwapped: true }],
  ] as [string, Variation][])('differs for %s', (_, variation) => {
    expect(hashGraph(variant(variation))).not.toBe(base)
  })
})

describe('murmur3', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)

  // The usual test vectors of MurmurHash3 x86 32-bit, as Wikipedia's page on it lists them.
  it.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['test', 0, 0xba6bd213],
    ['test', 0x9747b28c, 0x704b81dc],
    ['Hello, world!', 0, 0xc0363e43],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['aa', 0x9747b28c, 0x5d211726],
    ['a', 0x9747b28c, 0x7fa09ea6],
  ])('of %j with seed %i', (text, seed, expected) => {
    expect(murmur3(bytes(text), seed)).toBe(expected)
  })
})
