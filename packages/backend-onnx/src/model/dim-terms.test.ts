import { expect, test } from 'vitest'
import { dimTerms } from './dim-terms.ts'

test.each([
  ['time', [{ coefficient: 1, symbols: ['time'] }]],
  [
    '2*batch*time-1',
    [
      { coefficient: 2, symbols: ['batch', 'time'] },
      { coefficient: -1, symbols: [] },
    ],
  ],
  [
    '-time+4',
    [
      { coefficient: -1, symbols: ['time'] },
      { coefficient: 4, symbols: [] },
    ],
  ],
  ['time*time', [{ coefficient: 1, symbols: ['time', 'time'] }]],
])('the terms of %s', (dim, terms) => {
  expect(dimTerms(dim)).toEqual(terms)
})
