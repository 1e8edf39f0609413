import type { Graph, ValueId } from '@dragoman/core/backend'
import type { View } from './view.ts'

/** One graph while it is lowered: the whole one, or the body of a scan. */
export class GraphScope {
  readonly graph: Graph
  /** The view of each value, once it is known. */
  readonly views: View[] = []
  /** Nodes, by index, whose result is only another view of their first operand. */
  readonly viewNodes: Set<number> = new Set()
  private readonly users: number[][]
  private readonly outputs: ReadonlySet<ValueId>

  constructor(graph: Graph) {
    this.graph = graph
    this.users = graph.values.map(() => [])
    graph.nodes.forEach(({ inputs }, index) => {
      for (const id of inputs) this.users[id]!.push(index)
    })
    this.outputs = new Set(graph.outputs.map((port) => port.value))
  }

  /** Whether something beside the nodes in `members` reads the value, through views too. */
  isUsedOutside(id: ValueId, members: ReadonlySet<number>): boolean {
    if (this.outputs.has(id)) return true
    return this.users[id]!.some((user) => {
      if (members.has(user)) return false
      if (!this.viewNodes.has(user)) return true
      return this.graph.nodes[user]!.outputs.some((output) => this.isUsedOutside(output, members))
    })
  }
}

/** Indices of the nodes that some output depends on. */
export function neededNodes(graph: Graph): Set<number> {
  const values = new Set(graph.outputs.map((port) => port.value))
  const nodes = new Set<number>()
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    const node = graph.nodes[index]!
    if (!node.outputs.some((id) => values.has(id))) continue
    nodes.add(index)
    for (const id of node.inputs) values.add(id)
  }
  return nodes
}
