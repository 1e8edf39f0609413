import { describe, expect, it } from 'vitest'
import { ShapeError } from '../errors.ts'
import { expandDims, pad, size, slice, split } from './movement.ts'
import { Trace } from './trace.ts'

const place = new Trace('movement')
const x = place.input('x', 'float', ['batch', 5])

describe('movement', () => {
  it.each([
    ['a new axis behind the last', () => expandDims(x, 3), 'axis 3 is outside a result of rank 3'],
    ['a new axis in front of the first', () => expandDims(x, -4), 'axis -4 is outside a result of rank 3'],
    ['parts that leave a rest', () => split(x, 1, [2, 2]), 'the parts 2, 2 make 4, but the axis has 5'],
    ['parts of a symbol', () => split(x, 0, [2, 2]), 'the parts 2, 2 make 4, but the axis has batch'],
    ['a window before the start', () => slice(x, 1, -1, 2), 'axis 1 would start at -1'],
    ['a window of negative size', () => slice(x, 1, 0, -1), 'axis 1 would have the size -1'],
    ['half an entry', () => slice(x, 1, 0, 0.5), 'axis 1 would have the size 0.5'],
    ['negative padding', () => pad(x, [0, -1], [0, 0]), 'the size -1 is no integer of 0 or more'],
  ])('refuses %s', (_, build, message) => {
    expect(build).toThrow(ShapeError)
    expect(build).toThrow(message)
  })

  it('has the sizes of its results in canonical form, however they are written', () => {
    const y = place.input('y', 'float', ['a', 'b', 'a*b'])
    expect(slice(y, 2, 0, 'b*a')).toBe(y)
    expect(slice(y, 2, '1+a', 'b').shape).toEqual(['a', 'b', 'b'])
    expect(place.nodes.at(-1)).toMatchObject({ op: 'slice', attributes: { starts: [0, 0, 'a+1'] } })
    size(place, 'b*a')
    expect(place.nodes.at(-1)).toMatchObject({ op: 'size', attributes: { dim: 'a*b' } })
    expect(pad(y, [0, 0, 0], ['b-1+1', 0, 0]).shape).toEqual(['a+b', 'b', 'a*b'])
  })

  it('counts axes of a result from its end', () => {
    expect(expandDims(x, -1).shape).toEqual(['batch', 5, 1])
    expect(expandDims(x, -3).shape).toEqual([1, 'batch', 5])
  })
})
