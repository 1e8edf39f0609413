import {
  type Bindings,
  boundShape,
  type Dim,
  evaluateDim,
  type Graph,
  type Shape,
} from '@dragoman/core/backend'

/** What dims are in one run; each is worked out once. */
export class Sizes {
  private readonly graph: Graph
  private readonly bindings: Bindings
  private readonly known = new Map<Dim, number>()

  constructor(graph: Graph, bindings: Bindings) {
    this.graph = graph
    this.bindings = bindings
  }

  /** @throws ShapeError when the dim is negative in this run. */
  readonly of = (dim: Dim): number => {
    if (typeof dim === 'number' && dim >= 0) return dim
    let size = this.known.get(dim)
    if (size === undefined) {
      size = evaluateDim(dim, this.bindings)
      if (size < 0) boundShape(this.graph, [dim], this.bindings)
      this.known.set(dim, size)
    }
    return size
  }

  /** @throws ShapeError when a dim is negative in this run. */
  readonly ofShape = (shape: Shape): number[] => shape.map(this.of)
}
