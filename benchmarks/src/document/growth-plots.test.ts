import { expect, test } from 'vitest'
import { growthPlots } from './growth-plots.ts'
import { sampleGrowth } from './testing.ts'

const plots = growthPlots(sampleGrowth())

test('there is a picture each of time, memory and decoding', () => {
  expect(Object.keys(plots)).toEqual(['growth-time.svg', 'growth-memory.svg', 'growth-decoding.svg'])
})

test('a picture has a panel for every axis, and says what each shows', () => {
  for (const axis of ['batch', 'length', 'width', 'layers'])
    expect(plots['growth-time.svg']).toContain(`aria-label="Time of a training step against ${axis}"`)
})

test('every measured position has a dot', () => {
  const dots = /aria-label="dot">(.*?)<\/g>/.exec(plots['growth-decoding.svg']!)![1]!
  expect(dots.match(/<path/g)).toHaveLength(3)
})

test('it is the same picture every time', () => {
  expect(growthPlots(sampleGrowth())).toEqual(plots)
})
