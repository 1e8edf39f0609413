import { expect, test } from 'vitest'
import type { AttentionInputs } from './composites/attention.ts'
import { attention } from './composites/attention.ts'
import type { Shape } from './dims.ts'
import type { Kind } from './graph.ts'
import { simplify } from './simplify.ts'
import type { Tensor } from './tensor.ts'
import type { Trace } from './trace.ts'
import { trace } from './trace.ts'

const given = {
  query: ['float', ['batch', 4, 'target', 8]],
  key: ['float', ['batch', 2, 'source', 8]],
  value: ['float', ['batch', 2, 'source', 5]],
} as const

type Given = Readonly<Record<string, readonly [Kind, Shape]>>

function attend(place: Trace, changed: Given): { context: Tensor; weights: Tensor } {
  const inputs = Object.entries({ ...given, ...changed }).map(([name, [kind, shape]]) => [
    name,
    place.input(name, kind, shape),
  ])
  return attention(Object.fromEntries(inputs) as unknown as AttentionInputs)
}

function shapeOf(changed: Given = {}): Shape {
  const graph = trace('attention', (place) => ({ context: attend(place, changed).context }))
  return graph.values[graph.outputs[0]!.value]!.shape
}

test('the context has the rows of the query and the width of the values', () => {
  expect(shapeOf()).toEqual(['batch', 4, 'target', 5])
})

test.each([
  ['a mask of the keys', { isAllowed: ['bool', ['source']] }],
  ['a mask of each sentence', { isAllowed: ['bool', ['batch', 1, 1, 'source']] }],
  ['a bias of each head', { bias: ['float', [4, 'target', 'source']] }],
  ['one number', { mask: ['float', []] }],
] as const)('takes %s', (_, changed) => {
  expect(shapeOf(changed as unknown as Given)).toEqual(['batch', 4, 'target', 5])
})

test.each([
  ['query must have rank 4', { query: ['float', [4, 'target', 8]] }],
  ['value must be [batch, 2, source, 5]', { value: ['float', ['batch', 1, 'source', 5]] }],
  ['key must be [batch, 2, source, 8]', { key: ['float', ['batch', 2, 'source', 7]] }],
  [
    'the 4 heads of the query must be a multiple of the 3 heads of key and value',
    { key: ['float', ['batch', 3, 'source', 8]], value: ['float', ['batch', 3, 'source', 5]] },
  ],
  [
    "the size of a head must be a number, but it is 'width'",
    { query: ['float', ['batch', 4, 'target', 'width']] },
  ],
  [
    'isAllowed [batch, 1, 1, 1, source] does not broadcast to the scores [batch, 4, target, source]',
    { isAllowed: ['bool', ['batch', 1, 1, 1, 'source']] },
  ],
  [
    'bias [1, 2, target, source] does not broadcast to the scores [batch, 4, target, source]',
    { bias: ['float', [2, 'target', 'source']] },
  ],
  ['takes bool, but one operand is float', { isAllowed: ['float', ['source']] }],
  ['takes float, but one operand is bool', { bias: ['bool', ['source']] }],
] as const)('refuses: %s', (problem, changed) => {
  expect(() => shapeOf(changed as unknown as Given)).toThrow(problem)
})

test('weights that nothing reads cost nothing', () => {
  const graph = trace('attention', (place) => ({ context: attend(place, {}).context }))
  expect(simplify(graph).nodes.map(({ op }) => op)).toEqual(['attention'])
})
