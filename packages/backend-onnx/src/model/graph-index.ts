import type { Graph, Kind, Node, Shape, ValueId } from '@dragoman/core/backend'

/** What of a graph is asked for while patterns are looked for: what makes a value, and what reads it. */
export class GraphIndex {
  readonly graph: Graph
  readonly #makers = new Map<ValueId, Node>()
  readonly #readers = new Map<ValueId, Node[]>()
  readonly #outputs: ReadonlySet<ValueId>

  constructor(graph: Graph) {
    this.graph = graph
    this.#outputs = new Set(graph.outputs.map(({ value }) => value))
    for (const node of graph.nodes) {
      for (const id of node.outputs) this.#makers.set(id, node)
      for (const id of node.inputs) this.#readers.set(id, [...this.readers(id), node])
    }
  }

  maker(id: ValueId): Node | undefined {
    return this.#makers.get(id)
  }

  /** The nodes that read a value, one for each time; outputs of the graph are not among them. */
  readers(id: ValueId): readonly Node[] {
    return this.#readers.get(id) ?? []
  }

  isOutput(id: ValueId): boolean {
    return this.#outputs.has(id)
  }

  /** Whether one node reads it, once, and nothing else. */
  isReadOnce(id: ValueId): boolean {
    return this.readers(id).length === 1 && !this.isOutput(id)
  }

  shape(id: ValueId): Shape {
    return this.graph.values[id]!.shape
  }

  kind(id: ValueId): Kind {
    return this.graph.values[id]!.kind
  }

  /** Whether it is a literal 0, broadcast or not. */
  isZero(id: ValueId): boolean {
    const maker = this.maker(id)
    return maker?.op === 'constant' && maker.attributes.shape.length === 0 && maker.attributes.data[0] === 0
  }
}
