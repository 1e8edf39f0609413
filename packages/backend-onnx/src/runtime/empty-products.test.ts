import { matmul, neg, scan, trace } from '@dragoman/core'
import { expect, test } from 'vitest'
import { EmptyProducts } from './empty-products.ts'

test('an empty operand of a product counts, whatever else is empty', () => {
  const graph = trace('product', (place) => {
    const left = place.input('left', 'float', ['n', 'k+1'])
    return {
      y: matmul(left, place.input('right', 'float', ['k+1', 3])),
      z: neg(place.input('k', 'float', ['k'])),
    }
  })
  const products = new EmptyProducts(graph)
  expect(products.has({ n: 2, k: 0 })).toBe(false)
  expect(products.has({ n: 0, k: 1 })).toBe(true)
  expect(products.has({ n: 2, k: -1 })).toBe(true)
})

test('so does one in a loop, and one whose size is a number', () => {
  const loop = trace('loop', (place) => {
    const xs = place.input('xs', 'float', ['steps', 2, 'k'])
    return scan('loop', place, { carry: {}, xs: { x: xs } }, (_, { x }) => ({
      carry: {},
      ys: { y: matmul(x, x, { transposeB: true }) },
    })).ys
  })
  expect(new EmptyProducts(loop).has({ steps: 1, k: 1 })).toBe(false)
  expect(new EmptyProducts(loop).has({ steps: 1, k: 0 })).toBe(true)
  const never = trace('never', (place) => {
    const left = place.input('left', 'float', [2, 0])
    return { y: matmul(left, place.input('right', 'float', [0, 3])) }
  })
  expect(new EmptyProducts(never).has({})).toBe(true)
})
