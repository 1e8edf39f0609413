import type { CompositeName } from '@dragoman/core'
import { lower } from '@dragoman/core'
import { broken, rewriteNodes } from './broken-backend.ts'
import type { Mutant } from './mutant.ts'

/** A backend that takes a composite whole and gives its body other operands or attributes. */
function taking(op: CompositeName, rewrite: Parameters<typeof rewriteNodes>[1]) {
  return () =>
    broken({
      composites: [op],
      graph: (graph) => lower(rewriteNodes(graph, rewrite), new Set()).graph,
    })
}

/** Mistakes in composites that a backend takes whole. */
export const compositeMutants: readonly Mutant[] = [
  {
    name: 'an attention that forgets where it may not look',
    backend: taking('attention', (node, operands, place) =>
      node.op === 'attention' && node.attributes.hasAllowed
        ? place.emit(
            'attention',
            operands.filter((_, i) => i !== 3),
            { ...node.attributes, hasAllowed: false },
          )
        : undefined,
    ),
    caught: [
      'composites/attention of queries that may look nowhere',
      'composites/fused = body: attention of real keys',
    ],
  },
  {
    name: 'a causal mask that is turned around',
    backend: taking('attention', (node, operands, place) =>
      node.op === 'attention' && node.attributes.causal
        ? place.emit('attention', operands, { ...node.attributes, causal: false })
        : undefined,
    ),
    caught: [
      'goldens/transformer scaled-dot-product-causal',
      'goldens/transformer decoder-layer-post-norm-gelu-full',
      'laws/the past does not see the future: transformer, rotary positions, pre-RMSNorm, SwiGLU, shared keys',
      'laws/step by step = all at once: transformer, sinusoidal positions, post-norm',
    ],
  },
  {
    name: 'an Adam without its second correction',
    backend: taking('adam', (node, operands, place) => {
      if (node.op !== 'adam') return undefined
      return place.emit('adam', operands.with(6, operands[5]!), node.attributes)
    }),
    caught: [
      'composites/adam of a matrix',
      'training/losses are those of the reference: LSTM with attention, Adam',
    ],
  },
  {
    name: 'an LSTM that reads padding',
    backend: taking('lstm', (node, operands, place) =>
      node.op === 'lstm' ? place.emit('lstm', operands.slice(0, 4), node.attributes) : undefined,
    ),
    caught: ['composites/lstm forwards with padding', 'composites/fused = body: lstm backwards with padding'],
  },
  {
    name: 'a norm with an ε of its own',
    backend: taking('layerNorm', (node, operands, place) =>
      node.op === 'layerNorm' ? place.emit('layerNorm', operands, { epsilon: 1e-3 }) : undefined,
    ),
    caught: ['composites/layerNorm of [2,3,4] with 2 operands and ε 0.25'],
  },
]
