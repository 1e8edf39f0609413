import { describe, expect, it } from 'vitest'
import { FormatError, GraphError } from '../errors.ts'
import { add, mul, neg } from './elementwise.ts'
import type { Graph } from './graph.ts'
import { constant, pad } from './movement.ts'
import { scan } from './scan.ts'
import { fromJson, toJson } from './serialize.ts'
import { trace } from './trace.ts'

const graph = trace('everything', (place) => {
  const x = place.input('x', 'float', ['time', 2])
  const odd = constant(place, 'float', [5], [Number.NaN, Number.POSITIVE_INFINITY, -Infinity, -0, 0.1])
  const s = place.scoped('inner', () => constant(place, 'float', [2], [1, 2]))
  const { carry, ys } = scan('body', place, { carry: { s }, xs: { x }, reverse: true }, (at, step) => ({
    carry: { s: mul(at.s, step.x as typeof s) },
    ys: { y: pad(at.s, [1], [0], Number.NEGATIVE_INFINITY) },
  }))
  return { odd: neg(odd), s: carry.s, y: ys.y }
})

function copyOf(value: unknown): Record<string, unknown> & { graph: Record<string, unknown> } {
  return JSON.parse(JSON.stringify(value))
}

describe('toJson and fromJson', () => {
  it('give the same graph back through JSON text, odd numbers and loops included', () => {
    const back = fromJson(JSON.parse(JSON.stringify(toJson(graph))))
    expect(back).toStrictEqual(graph)
    const data = back.nodes.find((node) => node.op === 'constant')!.attributes as unknown as {
      data: number[]
    }
    expect(Object.is(data.data[3], -0)).toBe(true)
  })

  it('writes the version', () => {
    expect(toJson(graph)).toMatchObject({ format: 'dragoman.graph', version: 1 })
  })

  const wrong: { name: string; change: (json: ReturnType<typeof copyOf>) => unknown; message: string }[] = [
    { name: 'no object', change: () => [], message: 'the file is no object' },
    {
      name: 'another format',
      change: (json) => ({ ...json, format: 'onnx' }),
      message: 'the format is "onnx"',
    },
    {
      name: 'a later version',
      change: (json) => ({ ...json, version: 2 }),
      message: 'version 2 is not known',
    },
    {
      name: 'no nodes',
      change: (json) => ({ ...json, graph: { ...json.graph, nodes: undefined } }),
      message: 'graph.nodes is no list',
    },
    {
      name: 'an unknown op',
      change: (json) => ({ ...json, graph: { ...json.graph, nodes: [{ op: 'toString', inputs: [] }] } }),
      message: 'node 0 has the op "toString", which does not exist',
    },
    {
      name: 'an unknown attribute',
      change: (json) => {
        const nodes = json.graph.nodes as { attributes: object }[]
        nodes[0] = { ...nodes[0]!, attributes: { ...nodes[0]!.attributes, axis: 1 } }
        return json
      },
      message: "node 0 (constant) has an attribute 'axis'",
    },
    {
      name: 'a port without a value',
      change: (json) => ({ ...json, graph: { ...json.graph, outputs: [{ name: 'y' }] } }),
      message: 'port 0 needs a name and a value',
    },
  ]
  it.each(wrong)('refuse $name', ({ change, message }) => {
    try {
      fromJson(change(copyOf(toJson(graph))))
    } catch (error) {
      expect(FormatError.isInstance(error)).toBe(true)
      expect(String(error)).toContain(message)
      return
    }
    throw new Error('fromJson accepts it')
  })

  it('refuse a graph that is not legal', () => {
    const small: Graph = trace('small', (place) => {
      const x = place.input('x', 'float', [2])
      return { y: add(x, x) }
    })
    const json = copyOf(toJson(small))
    json.graph.values = [
      { kind: 'float', shape: [2] },
      { kind: 'float', shape: [3] },
    ]
    expect(() => fromJson(json)).toThrow(GraphError)
  })
})
