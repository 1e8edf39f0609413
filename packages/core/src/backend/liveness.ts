import type { Graph, Node, ValueId } from '../graph/graph.ts'

/** A node, and the values that nothing needs after it. */
export interface LiveStep {
  readonly node: Node
  readonly dead: readonly ValueId[]
  /** The body of a scan. */
  readonly body: LivePlan | undefined
}

/** When each value of a graph is needed for the last time; also within the bodies of its scans. */
export interface LivePlan {
  readonly graph: Graph
  /** Inputs that no node and no output needs. */
  readonly unused: readonly ValueId[]
  readonly steps: readonly LiveStep[]
}

/** Finds the last use of each value. Outputs of the graph never die in it. */
export function planLiveness(graph: Graph): LivePlan {
  const needed = new Set<ValueId>(graph.outputs.map((port) => port.value))
  const steps: LiveStep[] = []
  for (const node of graph.nodes.toReversed()) {
    const dead = [...new Set([...node.outputs, ...node.inputs])].filter((id) => !needed.has(id))
    for (const id of dead) needed.add(id)
    const body = node.op === 'scan' ? planLiveness(node.attributes.body) : undefined
    steps.push({ node, dead, body })
  }
  const unused = graph.inputs.map((port) => port.value).filter((id) => !needed.has(id))
  return { graph, unused, steps: steps.reverse() }
}

/** Number of nodes of a graph, with those in the bodies of its scans. */
export function countNodes(graph: Graph): number {
  let count = graph.nodes.length
  for (const node of graph.nodes) if (node.op === 'scan') count += countNodes(node.attributes.body)
  return count
}
