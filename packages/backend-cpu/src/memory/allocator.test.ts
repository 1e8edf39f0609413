import { expect, test } from 'vitest'
import { RandomSource } from '../testing/random-source.ts'
import { Allocator } from './allocator.ts'

test('blocks are aligned, do not overlap, and are found again after they were given back', () => {
  const allocator = new Allocator(10)
  allocator.extend(100_000)
  const random = new RandomSource(1)
  const blocks = new Map<number, number>()
  for (let i = 0; i < 5000; i++) {
    if (blocks.size > 0 && random.chance(0.5)) {
      const start = random.pick([...blocks.keys()])
      allocator.release(start)
      blocks.delete(start)
    } else {
      const bytes = random.int(0, 3000)
      const start = allocator.allocate(bytes)
      if (start === undefined) continue
      expect(start % 64).toBe(0)
      expect(start).toBeGreaterThanOrEqual(64)
      expect(start + bytes).toBeLessThanOrEqual(100_000)
      for (const [other, size] of blocks) expect(start + bytes <= other || other + size <= start).toBe(true)
      blocks.set(start, Math.max(1, bytes))
    }
  }
  for (const start of blocks.keys()) allocator.release(start)
  expect(allocator.blocks).toBe(0)
  // All of it is one block again: 64 to the end.
  expect(allocator.allocate(99_900)).toBe(64)
})

test('the smallest block that fits is taken', () => {
  const allocator = new Allocator(0)
  allocator.extend(6400)
  const [a, , c, , e] = [640, 64, 320, 64, 1280].map((bytes) => allocator.allocate(bytes)!)
  for (const start of [a!, c!, e!]) allocator.release(start)
  expect(allocator.allocate(300)).toBe(c)
  expect(allocator.allocate(600)).toBe(a)
})

test('more room joins the free block before it', () => {
  const allocator = new Allocator(0)
  allocator.extend(640)
  allocator.allocate(320)
  expect(allocator.allocate(1000)).toBeUndefined()
  allocator.extend(6400)
  expect(allocator.allocate(6000)).toBe(320)
})

test('what is no block in use cannot be given back', () => {
  const allocator = new Allocator(0)
  allocator.extend(640)
  const start = allocator.allocate(64)!
  allocator.release(start)
  expect(() => allocator.release(start)).toThrow(/no block in use/)
})
