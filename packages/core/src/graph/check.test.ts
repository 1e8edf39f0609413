import { describe, expect, it } from 'vitest'
import { GraphError } from '../errors.ts'
import { check } from './check.ts'
import { dropoutMask } from './composites/dropout.ts'
import { lstm } from './composites/lstm.ts'
import { add, mul, neg } from './elementwise.ts'
import type { Graph, Node, ValueType } from './graph.ts'
import { matmul } from './matmul.ts'
import { reshape } from './movement.ts'
import { scan } from './scan.ts'
import { trace } from './trace.ts'

/** x [batch, 3] · w [3, 2] → reshaped; values: 0 x, 1 w, 2 product, 3 flat. */
const dense = trace('dense', (place) => {
  const x = place.input('x', 'float', ['batch', 3])
  const w = place.input('w', 'float', [3, 2])
  return place.scoped('layer', () => ({ flat: reshape(matmul(x, w), ['2*batch']) }))
})

/** Values: 0 s, 1 x, then the results; the body: 0 s, 1 x, 2 sum, 3 product with the constant 4. */
const loop = trace('loop', (place) => {
  const s = place.input('s', 'float', [2])
  const x = place.input('x', 'float', ['time', 2])
  const { carry, ys } = scan('body', place, { carry: { s }, xs: { x } }, (at, step) => {
    const sum = add(at.s, step.x as typeof s)
    return { carry: { s: sum }, ys: { y: mul(sum, s) } }
  })
  return { ...carry, ...ys }
})

function withNode(graph: Graph, index: number, change: Partial<Record<keyof Node, unknown>>): Graph {
  const nodes = graph.nodes.map((node, i) => (i === index ? ({ ...node, ...change } as Node) : node))
  return { ...graph, nodes }
}

function withValue(graph: Graph, id: number, type: ValueType): Graph {
  return { ...graph, values: graph.values.map((own, i) => (i === id ? type : own)) }
}

function withAttributes(graph: Graph, index: number, change: object): Graph {
  return withNode(graph, index, { attributes: { ...graph.nodes[index]!.attributes, ...change } })
}

function loopBody(change: (body: Graph) => Graph): Graph {
  const node = loop.nodes[0]!
  if (node.op !== 'scan') throw new Error('the loop is no scan')
  return withAttributes(loop, 0, { body: change(node.attributes.body) })
}

const illegal: { name: string; graph: Graph; message: string }[] = [
  {
    name: 'a value is used before it is made',
    graph: { ...dense, nodes: dense.nodes.toReversed() },
    message: 'node 0 (reshape) uses the value %2, which nothing has made before\n  in layer',
  },
  {
    name: 'a value is made twice',
    graph: withNode(dense, 1, { outputs: [2] }),
    message: 'node 1 (reshape): output 0 is float [batch, 2], but the op gives float [2*batch]',
  },
  {
    name: 'a value of the right type is made twice',
    graph: { ...dense, nodes: [...dense.nodes, dense.nodes[1]!] },
    message: 'node 2 (reshape) makes the value %3, which is made already',
  },
  {
    name: 'two inputs are one value',
    graph: { ...dense, inputs: [...dense.inputs, { name: 'again', value: 0 }] },
    message: "input 'again' makes the value %0, which is made already",
  },
  {
    name: 'an input name stands twice',
    graph: { ...dense, inputs: dense.inputs.map(({ value }) => ({ name: 'x', value })) },
    message: "the input 'x' stands there twice",
  },
  {
    name: 'an output has no name',
    graph: { ...dense, outputs: [{ name: '', value: 3 }] },
    message: 'an output has no name',
  },
  {
    name: 'an output is not made',
    graph: { ...dense, outputs: [{ name: 'flat', value: 7 }] },
    message: "output 'flat' uses the value %7, which nothing has made before",
  },
  {
    name: 'nothing is known of a value',
    graph: { ...dense, inputs: [...dense.inputs, { name: 'z', value: 9 }] },
    message: "input 'z' makes the value %9, of which nothing is known",
  },
  {
    name: 'a shape is not what the rule gives',
    graph: withValue(dense, 2, { kind: 'float', shape: ['batch', 3] }),
    message: 'node 0 (matmul): output 0 is float [batch, 3], but the op gives float [batch, 2]',
  },
  {
    name: 'a kind is not what the rule gives',
    graph: withValue(dense, 2, { kind: 'int', shape: ['batch', 2] }),
    message: 'node 0 (matmul): output 0 is int [batch, 2], but the op gives float [batch, 2]',
  },
  {
    name: 'shapes do not fit the op',
    graph: withAttributes(dense, 0, { transposeB: true }),
    message: 'node 0 (matmul): inner sizes differ (3 and 2)',
  },
  {
    name: 'there are too few operands',
    graph: withNode(dense, 0, { inputs: [0] }),
    message: 'node 0 (matmul): takes left right, but 1 operands are given',
  },
  {
    name: 'an attribute is missing',
    graph: withNode(dense, 0, { attributes: { transposeA: false } }),
    message: "node 0 (matmul): attribute 'transposeB' is no flag",
  },
  {
    name: 'an op does not exist',
    graph: withNode(dense, 0, { op: 'einsum' }),
    message: 'node 0 (einsum) has an op that does not exist',
  },
  {
    name: 'a size is not in its canonical form',
    graph: withAttributes(dense, 1, { shape: ['batch*2'] }),
    message: "node 1 (reshape): 'shape' has the size 'batch*2', which is written '2*batch'",
  },
  {
    name: 'a symbol is bound by no input',
    graph: withValue(dense, 0, { kind: 'float', shape: ['2*batch', 3] }),
    message: "input 'x' has the size '2*batch', but no input has an axis 'batch'",
  },
  {
    name: 'a node has too many outputs',
    graph: withNode({ ...dense, values: [...dense.values, { kind: 'float', shape: [] }] }, 1, {
      outputs: [3, 4],
    }),
    message: 'node 1 (reshape): gives 1 values, but the node has 2 outputs',
  },
  {
    name: 'a loop has more carries than its body',
    graph: withAttributes(loop, 0, { carries: 4 }),
    message: 'node 0 (scan) has 4 carries and 1 xs, but 3 operands and 2 results of the body',
  },
  {
    name: 'a carry changes its shape',
    graph: loopBody((body) => withValue(body, 0, { kind: 'float', shape: [1] })),
    message: "node 0 (scan): 's' must be [1], but it is [2]",
  },
  {
    name: 'the body of a loop is not legal',
    graph: loopBody((body) => ({ ...body, nodes: body.nodes.toReversed() })),
    message: 'check body: node 0 (mul) uses the value %2',
  },
  {
    name: 'the xs have another length',
    graph: withAttributes(loop, 0, { length: 3 }),
    message: "node 0 (scan): x 'x.x' has time steps, not 3",
  },
]

describe('check', () => {
  it.each(illegal)('refuses when $name', ({ graph, message }) => {
    try {
      check(graph)
    } catch (error) {
      expect(GraphError.isInstance(error)).toBe(true)
      expect(String(error)).toContain(message)
      return
    }
    throw new Error('check accepts the graph')
  })

  it('accepts what tracing makes', () => {
    check(dense)
    check(loop)
    const layer = trace('lstm', (place) => {
      const xProjection = place.input('x', 'float', ['time', 'batch', 8])
      const weightHh = place.input('w', 'float', [8, 2])
      const hidden = place.input('h', 'float', ['batch', 2])
      const isReal = place.input('isReal', 'bool', ['time', 'batch'])
      return { ...lstm({ xProjection, weightHh, hidden, cell: hidden, isReal }) }
    })
    check(layer)
  })

  it('accepts values that nothing makes or uses, as rewriting leaves them', () => {
    check({ ...dense, values: [...dense.values, { kind: 'float', shape: ['gone'] }] })
  })

  it('accepts a dropout mask outside a loop, and refuses one inside', () => {
    const outside = trace('outside', (place) => {
      const key = place.input('key', 'int', [3])
      return { mask: dropoutMask({ key, site: 1 }, [2], 0.1) }
    })
    check(outside)
    const inside = trace('inside', (place) => {
      const key = place.input('key', 'int', [3])
      const x = place.input('x', 'float', ['time', 2])
      return scan('body', place, { carry: { key }, xs: { x } }, (at, step) => ({
        carry: at,
        ys: { y: mul(neg(step.x as typeof x), dropoutMask({ key: at.key, site: 1 }, [2], 0.1)) },
      })).ys
    })
    expect(() => check(inside)).toThrow('draws a dropout mask inside a loop')
  })

  it('refuses a dropout mask whose key is known only in the run', () => {
    const computed = trace('computed', (place) => {
      const key = add(place.input('key', 'int', [3]), 1)
      return { mask: dropoutMask({ key, site: 1 }, [2], 0.1) }
    })
    expect(() => check(computed)).toThrow('node 2 (dropoutMask) has a key that is computed')
  })
})
