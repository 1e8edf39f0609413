import { add, type HostArray, hostArray, OptionError, ShapeError, trace } from '@dragoman/core'
import { describe, expect, it } from 'vitest'
import { checkConstants } from './check-constants.ts'

const graph = trace('sum', (t) => {
  const x = t.input('x', 'float', ['rows', 2])
  return {
    y: add(x, t.input('w', 'float', ['rows', 2])),
    z: add(t.input('v', 'int', ['2*n']), 1),
    n: add(t.input('other', 'int', ['n']), 1),
  }
})
const zeros = (...shape: number[]): HostArray =>
  hostArray('float', shape, new Float32Array(shape.reduce((product, size) => product * size, 1)))

describe('checkConstants', () => {
  it('takes what fits, sizes of other inputs unknown', () => {
    checkConstants(graph, { x: zeros(3, 2), w: zeros(3, 2), v: hostArray('int', [4], [1, 2, 3, 4]) })
  })

  it.each([
    ['an unknown name', { u: zeros(1) }, OptionError, "the graph 'sum' has no input 'u'"],
    ['no array', { w: [1, 2] }, OptionError, "'w' is no host array"],
    ['too few elements', { w: { ...zeros(3, 2), data: new Float32Array(2) } }, ShapeError, '2 elements'],
    ['another kind', { w: hostArray('int', [1, 2], [1, 2]) }, ShapeError, "the constant 'w'"],
    ['another rank', { w: zeros(2) }, ShapeError, "the constant 'w'"],
    ['another size', { w: zeros(3, 5) }, ShapeError, "the constant 'w'"],
    [
      'two sizes of one symbol',
      { x: zeros(4, 2), w: zeros(3, 2) },
      ShapeError,
      'the constants say that rows = 4',
    ],
  ])('refuses %s', (_, constants, kind, problem) => {
    const checking = () => checkConstants(graph, constants as Record<string, HostArray>)
    expect(checking).toThrow(kind)
    expect(checking).toThrow(problem)
  })
})
