import { describe, expect, it } from 'vitest'
import { GraphError } from '../errors.ts'
import { dropoutMask } from './composites/dropout.ts'
import { softmax } from './composites/softmax.ts'
import { add, mul } from './elementwise.ts'
import { lower } from './lower.ts'
import type { CompositeName } from './ops.ts'
import { trace } from './trace.ts'

const graph = trace('masked', (place) => {
  const key = place.input('key', 'int', [3])
  const x = place.input('x', 'float', ['batch', 4])
  const masked = mul(x, dropoutMask({ key, site: 1 }, x.shape, 0.5))
  dropoutMask({ key, site: 2 }, x.shape, 0.5)
  return { y: softmax(masked) }
})

function opsAfter(...keep: CompositeName[]): string[] {
  return lower(graph, new Set(keep)).graph.nodes.map((node) => node.op)
}

describe('lower', () => {
  it('keeps the composites it is told to keep, and writes out the others', () => {
    expect(opsAfter('dropoutMask', 'softmax')).toEqual(['dropoutMask', 'mul', 'softmax'])
    expect(opsAfter('softmax')).toEqual(['mul', 'softmax'])
    expect(opsAfter()).not.toContain('softmax')
  })

  it('makes an input of each mask that something needs', () => {
    expect(lower(graph, new Set()).masks).toEqual([
      { name: 'dropoutMask.0', shape: ['batch', 4], rate: 0.5, site: 1, key: 'key' },
    ])
    expect(lower(graph, new Set(['dropoutMask'])).masks).toEqual([])
  })

  it('refuses a mask whose key is known only in the run', () => {
    const computed = trace('computed', (place) => {
      const key = add(place.input('key', 'int', [3]), 1)
      return { mask: place.scoped('encoder', () => dropoutMask({ key, site: 1 }, [2], 0.5)) }
    })
    expect(() => lower(computed, new Set())).toThrow(GraphError)
    expect(() => lower(computed, new Set())).toThrow(
      /the key of a dropout mask is computed.*\n {2}in encoder/,
    )
  })
})
