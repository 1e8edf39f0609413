import { GraphError } from '../errors.ts'
import { bodies } from './composites/index.ts'
import type { Shape } from './dims.ts'
import type { Graph, Node } from './graph.ts'
import { isComposite } from './op-rules.ts'
import type { Attributes, CompositeName } from './ops.ts'
import type { EmitNode } from './rewrite.ts'
import { copyNode, emitMappedScan, mapGraph } from './rewrite.ts'
import { simplify } from './simplify.ts'
import type { Tensor } from './tensor.ts'

/** An input of a lowered graph that core fills with the bits of a dropout mask before each run. */
export interface MaskInput {
  readonly name: string
  readonly shape: Shape
  readonly rate: number
  readonly site: number
  /** Name of the int [3] input that holds seed low word, seed high word, step. */
  readonly key: string
}

/** A graph for a backend, and the masks that it no longer draws itself. */
export interface Lowered {
  readonly graph: Graph
  readonly masks: readonly MaskInput[]
}

/**
 * The graph with every composite that is not in `keep` replaced by its body, common parts shared and
 * dead code removed. Dropout masks that are not kept become inputs.
 *
 * @throws GraphError when the key of such a mask is not an input.
 */
export function lower(graph: Graph, keep: ReadonlySet<CompositeName>): Lowered {
  const masks: MaskInput[] = []
  let lowered = keep.has('dropoutMask') ? graph : masksToInputs(simplify(graph), masks)
  while (hasComposite(lowered, keep)) lowered = mapGraph(lowered, expand(keep))
  return { graph: simplify(lowered), masks }
}

function hasComposite(graph: Graph, keep: ReadonlySet<CompositeName>): boolean {
  return graph.nodes.some((node) => {
    if (node.op === 'scan') return hasComposite(node.attributes.body, keep)
    return isComposite(node.op) && !keep.has(node.op)
  })
}

/** A body may hold composites in turn, so one pass may leave some for the next. */
function expand(keep: ReadonlySet<CompositeName>): EmitNode {
  return (trace, node, inputs) => {
    if (node.op === 'scan') {
      return emitMappedScan(trace, node, inputs, (body) => mapGraph(body, expand(keep)))
    }
    if (!isComposite(node.op) || keep.has(node.op)) return copyNode(trace, node, inputs)
    return expandNode(node, inputs)
  }
}

/** The body of a composite node on these inputs. */
export function expandNode(node: Node, inputs: readonly Tensor[]): Tensor[] {
  type AnyBody = (inputs: readonly Tensor[], attributes: Attributes<CompositeName>) => Tensor[]
  const body = bodies[node.op as keyof typeof bodies] as AnyBody
  return body(inputs, node.attributes as Attributes<CompositeName>)
}

function masksToInputs(graph: Graph, masks: MaskInput[]): Graph {
  return mapGraph(graph, (trace, node, inputs) => {
    if (node.op !== 'dropoutMask') return copyNode(trace, node, inputs)
    const { shape, rate, site } = node.attributes
    const name = `dropoutMask.${masks.length}`
    const key = graph.inputs.find((port) => port.value === node.inputs[0])
    if (!key) {
      throw new GraphError({
        operation: `lower ${graph.name}`,
        problem:
          'the key of a dropout mask is computed in the graph, so core cannot draw the mask before a run',
        scope: node.scope || undefined,
        hint: 'make the key an input of the graph',
      })
    }
    masks.push({ name, shape, rate, site, key: key.name })
    return [trace.input(name, 'float', shape)]
  })
}
