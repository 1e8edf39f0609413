import { describe, expect, it } from 'vitest'
import { GraphError, KindError } from '../errors.ts'
import { crossEntropy } from './composites/cross-entropy.ts'
import { lstm } from './composites/lstm.ts'
import { add, equal, select } from './elementwise.ts'
import { gather, scatterAdd } from './indexing.ts'
import { constant, pad } from './movement.ts'
import type { Operand, Parameter, Tensor } from './tensor.ts'
import { Trace } from './trace.ts'

const place = new Trace('model')
const x = place.input('x', 'float', ['batch', 3])
const ids = place.input('ids', 'int', ['batch'])
const state = place.input('state', 'float', ['batch', 2])
const gates = place.input('gates', 'float', ['time', 'batch', 8])
const weightHh = place.input('weight', 'float', [8, 2])

describe('tracing', () => {
  it.each([undefined, null, '3'])('refuses %j as an operand', (operand) => {
    expect(() => add(x, operand as unknown as Operand<'float'>)).toThrow(GraphError)
    expect(() => add(x, operand as unknown as Operand<'float'>)).toThrow(`${operand} is no operand`)
  })

  it.each<[string, () => unknown, string]>([
    ['operands of two kinds', () => add<'float' | 'int'>(x, ids), 'different kinds (float, int)'],
    ['a float as an index', () => gather(x, x as Tensor as Tensor<'int'>), 'indices must be int'],
    [
      'an int as a condition',
      () => select(ids as Tensor as Tensor<'bool'>, x, 0),
      'must be bool, but it is int',
    ],
    ['half an int', () => add(ids, 0.5), '0.5 is no int'],
    ['an int beyond 32 bits', () => equal(ids, 2 ** 31), '2147483648 is no int'],
    ['a bool of 2', () => constant(place, 'bool', [1], [2]), '2 is no bool'],
    ['padding of another kind', () => pad(ids, [1], [0], Number.NaN), 'NaN is no int'],
    [
      'an int state of an lstm',
      () => lstm({ xProjection: gates, weightHh, hidden: state, cell: ids as Tensor as Tensor<'float'> }),
      'takes float, but one operand is int',
    ],
  ])('refuses %s, and shows the kinds', (_, build, message) => {
    expect(build).toThrow(KindError)
    expect(build).toThrow(message)
  })

  it('shows operands with kind, shape and name', () => {
    expect(() => add<'float' | 'int'>(x, ids)).toThrow(
      '\n  left   float [batch, 3]  (x)\n  right  int [batch]       (ids)',
    )
  })

  it('refuses a label smoothing that is no part of 1', () => {
    expect(() => crossEntropy(x, ids, 1)).toThrow('smoothing must be at least 0 and below 1, but it is 1')
  })

  it('counts the axis of scatterAdd from the end of its result', () => {
    const updates = place.input('updates', 'float', [4, 'batch'])
    expect(scatterAdd(ids, updates, -1, 7).shape).toEqual([4, 7])
    expect(scatterAdd(ids, updates, 1, 7).shape).toEqual([4, 7])
  })

  it('gives a weight once, and refuses another of the same path', () => {
    const weight = (shape: readonly number[]): Parameter => ({
      path: 'output.bias',
      shape,
      initializer: { type: 'zeros' },
    })
    expect(place.parameter(weight([3])).id).toBe(place.parameter(weight([3])).id)
    expect(() => place.parameter(weight([4]))).toThrow("two weights are called 'output.bias': [3] and [4]")
  })
})
