import { describe, expect, it } from 'vitest'
import { OptionError } from '../errors.ts'
import { philox } from './philox.ts'
import { RandomStream } from './random-stream.ts'

const at = { step: 3, site: 5 }

function mean(values: ArrayLike<number>, of: (value: number) => number = (value) => value): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += of(values[i] as number)
  return sum / values.length
}

describe('words', () => {
  it('are the Philox words of the documented counter and key', () => {
    const seed = 2 ** 40 + 17
    const out = new RandomStream(seed).words(new Uint32Array(3), { ...at, index: 9 })
    const block = new Uint32Array(4)
    philox(Uint32Array.of(2, 3, 5, 0), Uint32Array.of(17, 256), block)
    expect([...out]).toEqual([...block.subarray(1)])
  })

  it('do not depend on how the draw is cut into pieces', () => {
    const whole = new RandomStream(11).words(new Uint32Array(300), at)
    const cuts = new RandomStream(12).words(new Uint32Array(200), { step: 0, site: 0 })
    const pieces: number[] = []
    for (let i = 0; pieces.length < 300; i++) {
      const count = Math.min((cuts[i] as number) % 7, 300 - pieces.length)
      pieces.push(...new RandomStream(11).words(new Uint32Array(count), { ...at, index: pieces.length }))
    }
    expect(pieces).toEqual([...whole])
  })

  it('differ by seed, step, site and index', () => {
    const draw = (seed: number, step: number, site: number, index: number) =>
      new RandomStream(seed).words(new Uint32Array(4), { step, site, index }).join()
    const draws = [draw(1, 2, 3, 4), draw(9, 2, 3, 4), draw(2 ** 32 + 1, 2, 3, 4)]
    draws.push(draw(1, 9, 3, 4), draw(1, 2, 9, 4), draw(1, 2, 3, 8))
    expect(new Set(draws).size).toBe(draws.length)
  })

  it('reach the last index and not past it', () => {
    const stream = new RandomStream(1)
    expect(stream.words(new Uint32Array(2), { ...at, index: 2 ** 32 - 2 })).toHaveLength(2)
    expect(() => stream.words(new Uint32Array(3), { ...at, index: 2 ** 32 - 2 })).toThrow(
      /end past word 2\^32/,
    )
  })

  it.each([-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('refuse the seed %s', (seed) => {
    expect(() => new RandomStream(seed)).toThrow(OptionError)
  })

  it.each([
    { step: -1, site: 0 },
    { step: 0, site: 2 ** 32 },
    { step: 0, site: 0, index: 1.5 },
  ])('refuse the address %o', (address) => {
    expect(() => new RandomStream(0).words(new Uint32Array(1), address)).toThrow(OptionError)
  })
})

describe('uniform', () => {
  it('is the upper 24 bits of the word', () => {
    const words = new RandomStream(4).words(new Uint32Array(50), at)
    const floats = new RandomStream(4).uniform(new Float32Array(50), at)
    expect([...floats]).toEqual([...words].map((word) => Math.floor(word / 256) / 2 ** 24))
  })

  it('has the moments of [0, 1) (within 4 standard errors)', () => {
    const values = new RandomStream(5).uniform(new Float32Array(100_000), at)
    const middle = mean(values)
    expect(Math.abs(middle - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / 100_000))
    expect(Math.abs(mean(values, (x) => (x - 0.5) ** 2) - 1 / 12)).toBeLessThan(
      4 * Math.sqrt(1 / 180 / 100_000),
    )
    expect(values.every((x) => x >= 0 && x < 1)).toBe(true)
  })
})

describe('normal', () => {
  it('follows the documented pairing', () => {
    const [w0 = 0, w1 = 0] = new RandomStream(6).words(new Uint32Array(2), at)
    const radius = Math.sqrt(-2 * Math.log((w0 + 1) / 2 ** 32))
    const pair = new RandomStream(6).normal(new Float32Array(2), at)
    expect(pair[0]).toBe(Math.fround(radius * Math.cos((2 * Math.PI * w1) / 2 ** 32)))
    expect(pair[1]).toBe(Math.fround(radius * Math.sin((2 * Math.PI * w1) / 2 ** 32)))
  })

  it('has mean 0, variance 1, skewness 0, kurtosis 3 (within 4 standard errors)', () => {
    const count = 200_000
    const values = new RandomStream(7).normal(new Float32Array(count), at)
    expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(count))
    expect(Math.abs(mean(values, (x) => x ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / count))
    expect(Math.abs(mean(values, (x) => x ** 3))).toBeLessThan(4 * Math.sqrt(15 / count))
    expect(Math.abs(mean(values, (x) => x ** 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / count))
  })

  it.each([1, 2, 3, 1023, 1024, 1025, 1999])(
    'drawn in two pieces cut at %i equals the draw at once',
    (cut) => {
      const stream = new RandomStream(8)
      const whole = stream.normal(new Float32Array(2000), at)
      const head = stream.normal(new Float32Array(cut), at)
      const tail = stream.normal(new Float32Array(2000 - cut), { ...at, index: cut })
      expect([...head, ...tail]).toEqual([...whole])
    },
  )
})

describe('permutation', () => {
  it.each([0, 1, 2, 5, 1000])('of %i holds each number once', (count) => {
    const order = new RandomStream(9).permutation(count, at)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
  })

  it('takes the swaps that Fisher–Yates takes from the words', () => {
    const words = [...new RandomStream(10).words(new Uint32Array(4), at)]
    const expected = [0, 1, 2, 3, 4]
    for (const [k, word] of words.entries()) {
      const i = 4 - k
      const j = word % (i + 1)
      ;[expected[i], expected[j]] = [expected[j] as number, expected[i] as number]
    }
    expect([...new RandomStream(10).permutation(5, at)]).toEqual(expected)
  })

  it('makes the 6 orders of 3 equally often (chi-squared, 5 degrees, p = 0.001)', () => {
    const counts = new Map<string, number>()
    for (let step = 0; step < 6000; step++) {
      const key = new RandomStream(13).permutation(3, { step, site: 1 }).join('')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    // 20.515 is the 0.999 quantile in the usual tables.
    expect(chiSquared).toBeLessThan(20.515)
  })
})

describe('dropoutMask', () => {
  it('drops exactly the words below the threshold', () => {
    const words = new RandomStream(14).words(new Uint32Array(2500), at)
    const mask = new RandomStream(14).dropoutMask(2500, 0.3, at)
    const expected = [...words].map((word) => (word >= Math.floor(0.3 * 2 ** 32) ? Math.fround(1 / 0.7) : 0))
    expect([...mask]).toEqual(expected)
  })

  it('keeps a word that equals the threshold', () => {
    const [word = 0] = new RandomStream(14).words(new Uint32Array(1), at)
    expect(new RandomStream(14).dropoutMask(1, word / 2 ** 32, at)[0]).toBeGreaterThan(0)
    expect(new RandomStream(14).dropoutMask(1, (word + 1) / 2 ** 32, at)[0]).toBe(0)
  })

  it('keeps the share 1 − rate (within 4 standard errors)', () => {
    const mask = new RandomStream(15).dropoutMask(100_000, 0.2, at)
    expect(Math.abs(mean(mask, (x) => (x > 0 ? 1 : 0)) - 0.8)).toBeLessThan(4 * Math.sqrt(0.16 / 100_000))
  })

  it('drops nothing at rate 0', () => {
    expect(new RandomStream(16).dropoutMask(9, 0, at)).toEqual(new Float32Array(9).fill(1))
  })

  it.each([-0.1, 1, 2, Number.NaN])('refuses the rate %s', (rate) => {
    expect(() => new RandomStream(0).dropoutMask(1, rate, at)).toThrow(OptionError)
  })
})
