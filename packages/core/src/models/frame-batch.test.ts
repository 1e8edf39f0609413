import { expect, test } from 'vitest'
import { DataError } from '../errors.ts'
import { frameBatch } from './frame-batch.ts'

const config = { features: 2, strides: [1, 2] }

test('two frames of two numbers become one entry of four; the shorter recording ends in zeros', () => {
  const { source, sourceLengths } = frameBatch(
    [
      [1, 2, 3, 4, 5, 6],
      [7, 8],
    ],
    config,
  )
  expect(source.shape).toEqual([2, 2, 4])
  expect([...source.data]).toEqual([1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 0, 0, 0, 0, 0, 0])
  expect([...sourceLengths.data]).toEqual([3, 1])
})

test('a recording of nothing has an entry of padding', () => {
  const { source, sourceLengths } = frameBatch([[]], config)
  expect(source.shape).toEqual([1, 1, 4])
  expect([...sourceLengths.data]).toEqual([0])
})

test('refuses half a frame, and no recording', () => {
  expect(() =>
    frameBatch(
      [
        [1, 2],
        [1, 2, 3],
      ],
      config,
    ),
  ).toThrow(DataError)
  expect(() =>
    frameBatch(
      [
        [1, 2],
        [1, 2, 3],
      ],
      config,
    ),
  ).toThrow(/recording 2 has 3 numbers/)
  expect(() => frameBatch([], config)).toThrow(/needs a recording/)
})
