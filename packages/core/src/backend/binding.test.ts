import { describe, expect, it } from 'vitest'
import { hostArray } from './binding.ts'

describe('hostArray', () => {
  it('has elements of its kind: bools are 0 and 1', () => {
    expect(hostArray('bool', [3], [0, 2, -1]).data).toEqual(Uint8Array.of(0, 1, 1))
    expect(hostArray('int', [2], [1.9, -1.9]).data).toEqual(Int32Array.of(1, -1))
    expect(hostArray('float', [], [0.1]).data).toEqual(Float32Array.of(0.1))
  })

  it('refuses numbers that do not fill the shape', () => {
    expect(() => hostArray('float', [2, 2], [1, 2, 3])).toThrow('3 elements is not a float array of 4')
  })
})
