import type { Graph, Tensor } from '@dragoman/core'
import {
  and,
  cast,
  concat,
  equal,
  expandDims,
  iota,
  less,
  mul,
  reduceMax,
  reshape,
  sub,
} from '@dragoman/core'
import { broken, brokenFormula, brokenNodes, rewriteNodes } from './broken-backend.ts'
import type { Mutant } from './mutant.ts'

type Int = Tensor<'int'>

/** The graph with caches going out as they came in. */
function forgetUpdates(graph: Graph): Graph {
  const before = new Map(
    graph.nodes.flatMap((node) =>
      node.op === 'dynamicUpdate' ? [[node.outputs[0]!, node.inputs[0]!] as const] : [],
    ),
  )
  const outputs = graph.outputs.map((port) => ({ ...port, value: before.get(port.value) ?? port.value }))
  return { ...graph, outputs }
}

/** 1 for each update whose index does not come again, 0 for the others: what is left when the last one wins. */
function isLast(ids: Int, count: number): Int {
  const flat = reshape(ids, [count])
  const isSame = equal(expandDims(flat, 1), expandDims(flat, 0))
  const places = iota(ids, [count])
  const isLater = less(expandDims(places, 1), expandDims(places, 0))
  return sub(1, reduceMax(cast(and(isSame, isLater), 'int'), { axes: [1] }))
}

/** Mistakes in how elements are moved, found and looped over. */
export const structureMutants: readonly Mutant[] = [
  {
    name: 'slices that begin one entry too early',
    backend: () =>
      brokenNodes((node) => {
        if (node.op !== 'slice') return node
        const starts = node.attributes.starts.map((start) =>
          typeof start === 'number' ? Math.max(0, start - 1) : start,
        )
        return { ...node, attributes: { ...node.attributes, starts } }
      }),
    caught: ['ops/slice of the middle, float', 'ops/slice of the last entry, float'],
  },
  {
    name: 'a scatter in which the last update wins',
    backend: () =>
      brokenFormula((node, [ids, updates], place) => {
        if (node.op !== 'scatterAdd' || node.attributes.axis !== 0 || updates!.kind !== 'float')
          return undefined
        const sizes = ids!.shape.map(Number)
        const count = sizes.reduce((product, size) => product * size, 1)
        const last = reshape(isLast(ids as unknown as Int, count), [
          ...sizes,
          ...updates!.shape.slice(sizes.length).map(() => 1),
        ])
        return place.emit('scatterAdd', [ids!, mul(updates!, cast(last, 'float'))], node.attributes)
      }),
    caught: ['ops/scatterAdd onto repeated rows, float', 'ops/scatterAdd onto one row many times, float'],
  },
  {
    name: 'loops that only go forwards',
    backend: () =>
      brokenNodes((node) =>
        node.op === 'scan' ? { ...node, attributes: { ...node.attributes, reverse: false } } : node,
      ),
    caught: [
      'gradients/scan backwards, all outputs used',
      'laws/scan = unrolled: backwards, all outputs used',
      'goldens/rnn gru-1-layer-bidirectional-zero-state-full',
    ],
  },
  {
    name: 'gates that stand in another order',
    backend: () =>
      brokenNodes((node) => {
        if (node.op !== 'concat' || node.inputs.length !== 4) return node
        const [i, f, ...rest] = node.inputs
        return { ...node, inputs: [f!, i!, ...rest] }
      }),
    caught: ['gradients/lstm forwards', 'goldens/rnn lstm-1-layer-forward-zero-state-full'],
  },
  {
    name: 'parts that are joined from the last to the first',
    backend: () =>
      broken({
        graph: (graph) =>
          rewriteNodes(graph, (node, operands) =>
            node.op === 'concat' && operands.length === 3
              ? [concat(operands.toReversed(), node.attributes.axis)]
              : undefined,
          ),
      }),
    caught: ['ops/concat of rows, int'],
  },
  {
    name: 'caches that stay as they were',
    backend: () => broken({ graph: forgetUpdates }),
    caught: [
      'laws/step by step = all at once: transformer, alibi positions, post-norm, SiLU, shared keys',
      'decoding/ids are those of the reference: greedy search: Transformer of today',
    ],
  },
]
