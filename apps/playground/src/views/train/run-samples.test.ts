import { expect, it } from 'vitest'
import { spread } from './run-samples.tsx'

it('keeps the first and the last, and some evenly between', () => {
  expect(spread([1, 2, 3])).toEqual([1, 2, 3])
  expect(spread([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toEqual([1, 4, 7, 10])
})
