import { describe, expect, it } from 'vitest'
import { GraphError } from '../errors.ts'
import { addDims, evaluateDim, mulDims, sizeOf, subDims, symbolsOf, toDim } from './dims.ts'

describe('dims', () => {
  it.each([
    ['time*batch', 'batch*time'],
    ['1+time', 'time+1'],
    ['2*a*3', '6*a'],
    ['a+a', '2*a'],
    ['a-a', 0],
    ['2*3', 6],
    ['-1+time', 'time-1'],
    ['-a', '-a'],
  ])('writes %s in one way: %s', (written, canonical) => {
    expect(toDim(written)).toBe(canonical)
  })

  it.each(['', '+', 'a+', 'a--b', 'a*', '*a', 'a b', ' a', '2a', 'a/2', '-5', '3-5', -1, 0.5, Number.NaN])(
    'refuses %j',
    (written) => {
      expect(() => toDim(written)).toThrow(GraphError)
    },
  )

  it('adds, subtracts and multiplies polynomials', () => {
    expect(addDims('time-1', 1)).toBe('time')
    expect(subDims('batch*time', 'batch')).toBe('-batch+batch*time')
    expect(mulDims('time-1', 'batch')).toBe('-batch+batch*time')
    expect(mulDims('a+1', 'a-1')).toBe('a*a-1')
    expect(sizeOf(['batch', 0, 3])).toBe(0)
  })

  it('has a number once its symbols have one', () => {
    expect(symbolsOf('batch*time-batch+2')).toEqual(['batch', 'time'])
    expect(evaluateDim('batch*time-batch+2', { batch: 3, time: 5 })).toBe(14)
    expect(() => evaluateDim('batch*time', { batch: 3 })).toThrow("'time' in 'batch*time' has no size")
  })
})
