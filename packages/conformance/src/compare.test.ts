import { describe, expect, test } from 'vitest'
import { bools, floats, ints } from './array.ts'
import { exact, firstDifference, ulpOf } from './compare.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const row = (...values: number[]) => floats([values.length], values)
const units = (count: number) => ({ ulp: { count, precision: 'float32' } }) as const

/** The float32 after a number, away from 0: its bits, one more. */
function next(x: number): number {
  const bits = new Int32Array(Float32Array.of(x).buffer)
  bits[0]! += 1
  return new Float32Array(bits.buffer)[0]!
}

describe('units in the last place', () => {
  test.each([1, 1.5, 2, 3, 4, 0.1, 1e-30, 1e30, 2 ** 24, 2 ** -126, 0.9999999, 16777215].map(Math.fround))(
    'reach from %d to the next float32',
    (x) => {
      expect(ulpOf(x, 'float32')).toBe(next(x) - x)
      expect(ulpOf(-x, 'float32')).toBe(next(x) - x)
    },
  )

  test('of float64 are finer by 2^29', () => {
    expect(ulpOf(1, 'float64')).toBe(Number.EPSILON)
    expect(ulpOf(1, 'float32')).toBe(2 ** -23)
  })

  test('are counted: the second next number passes two, not one', () => {
    const [want, found] = [row(1.25), row(next(next(1.25)))]
    expect(firstDifference(found, want, units(2))).toBeUndefined()
    expect(firstDifference(found, want, units(1))).toMatchObject({ index: [0], tolerance: 2 ** -23 })
  })
})

describe('what may be 0', () => {
  test('is a number below the smallest normal one', () => {
    expect(firstDifference(row(0), row(2 ** -140), units(0))).toBeUndefined()
    expect(firstDifference(row(0), row(-(2 ** -127)), units(1))).toBeUndefined()
  })

  test('is none of the others', () => {
    expect(firstDifference(row(0), row(2 ** -126), units(0))).toBeDefined()
    expect(firstDifference(row(2 ** -140), row(0), units(0))).toBeDefined()
  })
})

describe('what equals only itself', () => {
  test.each([
    [nan, nan, true],
    [inf, inf, true],
    [-inf, -inf, true],
    [0, -0, true],
    [nan, inf, false],
    [inf, -inf, false],
    [1e30, inf, false],
    [nan, 0, false],
  ])('%d and %d: %s', (a, b, isSame) => {
    const generous = { absolute: 1e300, relative: 1 }
    expect(firstDifference(row(a), row(b), generous) === undefined).toBe(isSame)
    expect(firstDifference(row(b), row(a), generous) === undefined).toBe(isSame)
  })
})

describe('the largest of all that may differ counts', () => {
  const want = row(100, 0.001)
  const found = row(100.05, 0.002)

  test('a share of each element, or of the largest', () => {
    expect(firstDifference(found, want, { relative: 1e-3, of: 'each' })).toMatchObject({ index: [1] })
    expect(firstDifference(found, want, { relative: 1e-3, of: 'largest' })).toBeUndefined()
  })

  test('a number for each element', () => {
    expect(firstDifference(found, want, { each: [0.1, 0.0005] })).toMatchObject({ index: [1] })
    expect(firstDifference(found, want, { each: [0.1, 0.01] })).toBeUndefined()
    expect(firstDifference(found, want, { absolute: 0.1, each: [0, 0] })).toBeUndefined()
  })
})

test('kinds, shapes and lengths are compared before elements', () => {
  expect(firstDifference(ints([1], [1]), bools([1], [1]), exact)).toMatchObject({ expected: 'bool [1]' })
  expect(firstDifference(row(1, 2), floats([2, 1], [1, 2]), exact)).toMatchObject({ got: 'float [2]' })
  const short = { ...row(1, 2), data: Float64Array.of(1) }
  expect(firstDifference(short, row(1, 2), exact)).toMatchObject({ got: '1 elements' })
})

test('the place of an element is its index along each axis', () => {
  const want = floats([2, 1, 3], [0, 0, 0, 0, 0, 0])
  const found = floats([2, 1, 3], [0, 0, 0, 0, 0, 1])
  expect(firstDifference(found, want, exact)).toMatchObject({ index: [1, 0, 2], expected: 0, got: 1 })
})
