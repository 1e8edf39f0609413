import type { Graph, Node, ValueId } from './graph.ts'
import { copyNode, inline } from './rewrite.ts'
import type { Tensor } from './tensor.ts'
import { Trace } from './trace.ts'

/**
 * The graph without nodes that no output needs, without steps of a loop that nothing reads, and with
 * nodes that compute the same thing only once. Inputs stay, used or not.
 */
export function simplify(graph: Graph): Graph {
  return shareCommon(removeDead(graph))
}

/** Ids of values that the outputs depend on. */
function needed(nodes: readonly Node[], outputs: readonly ValueId[]): Set<ValueId> {
  const ids = new Set(outputs)
  for (const node of nodes.toReversed()) {
    if (node.outputs.some((id) => ids.has(id))) for (const id of node.inputs) ids.add(id)
  }
  return ids
}

function removeDead(graph: Graph): Graph {
  const ids = new Set(graph.outputs.map((port) => port.value))
  const nodes: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((id) => ids.has(id))) continue
    const kept = node.op === 'scan' ? pruneScan(node, ids) : node
    for (const id of kept.inputs) ids.add(id)
    nodes.push(kept)
  }
  return { ...graph, nodes: nodes.reverse() }
}

/** A scan without the ys, carries, xs and constants that nothing needs. */
function pruneScan(node: Extract<Node, { op: 'scan' }>, used: ReadonlySet<ValueId>): Node {
  const { body, carries, xs } = node.attributes
  const isUsed = (i: number) => used.has(node.outputs[i]!)
  // A carry also lives when the next step of a live one depends on it.
  const live = new Set([...body.outputs.keys()].filter(isUsed))
  for (let before = -1; before !== live.size; ) {
    before = live.size
    const ids = needed(
      body.nodes,
      [...live].map((i) => body.outputs[i]!.value),
    )
    for (let i = 0; i < carries; i++) if (ids.has(body.inputs[i]!.value)) live.add(i)
  }
  const outputs = body.outputs.filter((_, i) => live.has(i))
  const pruned = removeDead({ ...body, outputs })
  const ids = needed(
    pruned.nodes,
    outputs.map((port) => port.value),
  )
  const keepInput = (i: number) => (i < carries ? live.has(i) : ids.has(body.inputs[i]!.value))
  const kept = [...body.inputs.keys()].filter(keepInput)
  return {
    ...node,
    inputs: kept.map((i) => node.inputs[i]!),
    outputs: node.outputs.filter((_, i) => live.has(i)),
    attributes: {
      ...node.attributes,
      body: { ...pruned, inputs: kept.map((i) => body.inputs[i]!) },
      carries: kept.filter((i) => i < carries).length,
      xs: kept.filter((i) => i >= carries && i < carries + xs).length,
    },
  }
}

/** One node for each thing computed; this also renumbers the values, so that equal graphs look equal. */
function shareCommon(graph: Graph): Graph {
  const trace = new Trace(graph.name)
  const inputs = graph.inputs.map(({ name, value }) => {
    const { kind, shape } = graph.values[value]!
    return trace.input(name, kind, shape)
  })
  const seen = new Map<string, readonly Tensor[]>()
  const tensors = inline(graph, trace, inputs, (_, node, operands) => {
    const simpler =
      node.op === 'scan'
        ? { ...node, attributes: { ...node.attributes, body: shareCommon(node.attributes.body) } }
        : node
    const key = `${node.op}(${operands.map((operand) => operand.id)})${JSON.stringify(simpler.attributes, exact)}`
    let outputs = seen.get(key)
    if (!outputs) {
      outputs = copyNode(trace, simpler, operands)
      seen.set(key, outputs)
    }
    return outputs
  })
  return trace.finish(graph.outputs.map(({ name, value }) => [name, tensors.get(value)!]))
}

/** JSON would write NaN, ±Inf and −0 as null or 0, and make different literals look the same. */
function exact(key: string, value: unknown): unknown {
  if (key === 'scope') return undefined
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)) ? `${value}#` : value
}
