import { type Bindings, type Dim, evaluateDim, type Graph } from '@dragoman/core/backend'

const productOps: readonly string[] = ['matmul', 'attention', 'attentionGrad']

/**
 * Tells the runs that have a product over an axis of size 0. ONNX Runtime 1.30 joins a product with transposes and
 * scales around it, from its level `extended` on, and what comes of that leaves the result unset there instead of 0.
 */
export class EmptyProducts {
  private readonly dims = new Set<Dim>()

  constructor(graph: Graph) {
    this.collect(graph)
  }

  /** Whether an operand of a product is empty in a run with these sizes. */
  has(bindings: Bindings): boolean {
    for (const dim of this.dims) if (dim === 0 || evaluateDim(dim, bindings) === 0) return true
    return false
  }

  private collect({ nodes, values }: Graph): void {
    for (const node of nodes) {
      if (node.op === 'scan') this.collect(node.attributes.body)
      if (!productOps.includes(node.op)) continue
      for (const dim of node.inputs.flatMap((id) => values[id]!.shape)) {
        if (typeof dim === 'string' || dim === 0) this.dims.add(dim)
      }
    }
  }
}
