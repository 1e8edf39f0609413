import { describe, expect, test } from 'vitest'
import { PlanCase } from '../testing/plan-case.ts'
import { philox } from './dropout-mask.ts'

describe('philox', () => {
  // Known answers of Random123 (kat_vectors, philox4x32 10).
  const ones = 0xffffffff
  const cases = [
    {
      counter: [0, 0, 0, 0],
      key: [0, 0],
      words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      counter: [ones, ones, ones, ones],
      key: [ones, ones],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ]
  test.each(cases)('counter $counter, key $key', ({ counter, key, words }) => {
    expect(philox(counter, key)).toEqual(words)
  })
})

function mask(n: number, threshold: number, site: number, key: [number, number, number]) {
  const run = new PlanCase()
  const dst = run.room(n)
  run.plan.dropoutMask({ dst, key: run.ints(key), n, threshold, scale: 2, site })
  const { wasm, scalar } = run.run()
  return { wasm: [...wasm.floats(dst, n)], scalar: [...scalar.floats(dst, n)] }
}

test('the comparison is unsigned and includes equality', () => {
  // The words of counter 0 and key 0 are 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
  expect(mask(4, 0xbc57ac4c, 0, [0, 0, 0]).wasm).toEqual([0, 2, 2, 0])
  expect(mask(4, 0xbc57ac4d, 0, [0, 0, 0]).wasm).toEqual([0, 2, 0, 0])
  expect(mask(3, 0x6627e8d5, 0, [0, 0, 0]).wasm).toEqual([2, 2, 2])
})

test.each([0, 1, 6, 1001])('both walkers draw the same %i bits, with every part of the key', (n) => {
  for (const [site, key] of [
    [0, [1, 2, 3]],
    [0xdeadbeef, [0x80000000, 0xffffffff, 0x12345678]],
  ] as const) {
    const { wasm, scalar } = mask(n, 0x80000000, site, [...key])
    expect(wasm).toEqual(scalar)
    const expected = Array.from({ length: n }, (_, i) => {
      const words = philox([i >>> 2, key[2], site, 0], [key[0], key[1]])
      return words[i & 3]! >= 0x80000000 ? 2 : 0
    })
    expect(wasm).toEqual(expected)
  }
})

test('about as many are kept as the threshold says', () => {
  const n = 100_000
  const kept = mask(n, Math.floor(0.3 * 2 ** 32), 5, [1, 2, 3]).wasm.filter((x) => x !== 0).length
  expect(Math.abs(kept / n - 0.7)).toBeLessThan(0.005)
})
