import { expect, test } from 'vitest'
import { operationsOf, productOf, sampleOf, transposed, weightBytesOf } from './products.ts'

test('a workload names its sizes, and squares have no weight', () => {
  expect(productOf('gemm-32x256x1024')).toEqual({ rows: 32, inner: 256, columns: 1024, isWeight: true })
  expect(productOf('gemm-512x512x512').isWeight).toBe(false)
})

test('operations and bytes', () => {
  const product = productOf('gemm-1x512x58101')
  expect(operationsOf(product)).toBe(2 * 512 * 58101)
  expect(weightBytesOf(product)).toBe(4 * 512 * 58101)
})

test('a transposed matrix has the same elements the other way round', () => {
  expect([...transposed(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3)]).toEqual([1, 4, 2, 5, 3, 6])
})

test('a sample reaches from the first to the last element', () => {
  const sample = sampleOf(Float32Array.from({ length: 101 }, (_, i) => i))
  expect(sample).toEqual([0, 21, 50, 77, 100])
})
