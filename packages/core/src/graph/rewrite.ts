import type { Graph, Node, ValueId } from './graph.ts'
import type { Tensor } from './tensor.ts'
import { Trace } from './trace.ts'

/** Emits what stands for a node in the new trace; gives its outputs. */
export type EmitNode = (trace: Trace, node: Node, inputs: readonly Tensor[]) => readonly Tensor[]

/** Emits the node as it is. */
export function copyNode(trace: Trace, node: Node, inputs: readonly Tensor[]): Tensor[] {
  return trace.emit(node.op, inputs, node.attributes)
}

/**
 * Emits every node of a graph into a trace, with `inputs` in place of the graph's inputs.
 *
 * @returns the tensor that stands for each value of the graph.
 */
export function inline(
  graph: Graph,
  trace: Trace,
  inputs: readonly Tensor[],
  emit: EmitNode = copyNode,
): ReadonlyMap<ValueId, Tensor> {
  const tensors = new Map<ValueId, Tensor>()
  graph.inputs.forEach((port, i) => {
    tensors.set(port.value, inputs[i]!)
  })
  for (const node of graph.nodes) {
    const operands = node.inputs.map((id) => tensors.get(id)!)
    const outputs = trace.at(node.scope, () => emit(trace, node, operands))
    node.outputs.forEach((id, i) => {
      tensors.set(id, outputs[i]!)
    })
  }
  return tensors
}

/** The graph with each node replaced by what `emit` makes of it. */
export function mapGraph(graph: Graph, emit: EmitNode): Graph {
  const trace = new Trace(graph.name)
  const inputs = graph.inputs.map(({ name, value }) => {
    const { kind, shape } = graph.values[value]!
    return trace.input(name, kind, shape)
  })
  const tensors = inline(graph, trace, inputs, emit)
  return trace.finish(graph.outputs.map(({ name, value }) => [name, tensors.get(value)!]))
}

/** Emits a scan node whose body went through `map`; its inputs and outputs keep their order. */
export function emitMappedScan(
  trace: Trace,
  node: Extract<Node, { op: 'scan' }>,
  inputs: readonly Tensor[],
  map: (body: Graph) => Graph,
): Tensor[] {
  return trace.emit('scan', inputs, { ...node.attributes, body: map(node.attributes.body) })
}
