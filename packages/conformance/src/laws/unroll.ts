import type { Graph, NodeOf, Tensor, Trace } from '@dragoman/core'
import { stack, take, trace, zeros } from '@dragoman/core'

/** The graph with the steps of every loop written one after another; its lengths must be numbers. */
export function unroll(graph: Graph): Graph {
  return trace(graph.name, (place) => {
    const inputs = graph.inputs.map(({ name, value }) => {
      const { kind, shape } = graph.values[value]!
      return place.input(name, kind, shape)
    })
    const outputs = emitGraph(place, graph, inputs)
    return Object.fromEntries(graph.outputs.map(({ name }, i) => [name, outputs[i]!]))
  })
}

/** Emits the nodes of a graph, with `inputs` in place of its inputs; gives its outputs. */
function emitGraph(place: Trace, graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const tensors = new Map(graph.inputs.map((port, i) => [port.value, inputs[i]!]))
  for (const node of graph.nodes) {
    const operands = node.inputs.map((id) => tensors.get(id)!)
    const results =
      node.op === 'scan' ? emitSteps(place, node, operands) : place.emit(node.op, operands, node.attributes)
    node.outputs.forEach((id, i) => {
      tensors.set(id, results[i]!)
    })
  }
  return graph.outputs.map((port) => tensors.get(port.value)!)
}

function emitSteps(place: Trace, { attributes }: NodeOf<'scan'>, operands: readonly Tensor[]): Tensor[] {
  const { body, carries, xs, reverse } = attributes
  const length = attributes.length as number
  const constants = operands.slice(carries + xs)
  let state = operands.slice(0, carries)
  const ys: Tensor[][] = body.outputs.slice(carries).map(() => [])
  for (let step = 0; step < length; step++) {
    const at = reverse ? length - 1 - step : step
    const entries = operands.slice(carries, carries + xs).map((x) => take(x, 0, at))
    const results = emitGraph(place, body, [...state, ...entries, ...constants])
    state = results.slice(0, carries)
    results.slice(carries).forEach((y, i) => {
      ys[i]![at] = y
    })
  }
  const stacked = ys.map((parts, i) => {
    const { kind, shape } = body.values[body.outputs[carries + i]!.value]!
    return parts.length > 0 ? stack(parts) : zeros(place, kind, [0, ...shape])
  })
  return [...state, ...stacked]
}
