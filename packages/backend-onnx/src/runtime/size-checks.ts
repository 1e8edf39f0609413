import {
  attributesOf,
  type Bindings,
  type Dim,
  evaluateDim,
  type Graph,
  type Node,
  ShapeError,
} from '@dragoman/core/backend'

/** A part of an axis. */
interface Window {
  readonly start: Dim
  readonly size: Dim
  readonly limit: Dim
}

/** What a node asks of the sizes of a run. */
interface NodeChecks {
  readonly node: Node
  /** Must not be negative. */
  readonly sizes: readonly Dim[]
  /** Must fit. */
  readonly windows: readonly Window[]
}

/**
 * What only the sizes of a run can decide: none is negative, and windows fit. ONNX Runtime would cut a window short
 * without a word.
 */
export class SizeChecks {
  private readonly checks: NodeChecks[] = []

  constructor(graph: Graph) {
    this.collect(graph)
  }

  /** @throws ShapeError naming the op. */
  run(bindings: Bindings): void {
    const sizeOf = (dim: Dim): number => evaluateDim(dim, bindings)
    for (const { node, sizes, windows } of this.checks) {
      for (const dim of sizes) {
        if (sizeOf(dim) < 0) fail(node, `the size ${dim} is ${sizeOf(dim)} in this run`)
      }
      for (const { start, size, limit } of windows) {
        const end = sizeOf(start) + sizeOf(size)
        if (end > sizeOf(limit)) {
          fail(node, `entries ${sizeOf(start)} to ${end} exceed an axis of ${sizeOf(limit)}`)
        }
      }
    }
  }

  private collect(graph: Graph): void {
    for (const node of graph.nodes) {
      const sizes = sizesOf(graph, node).filter(mayBeNegative)
      const windows = windowsOf(graph, node).filter(mayExceed)
      if (sizes.length + windows.length > 0) this.checks.push({ node, sizes, windows })
      if (node.op === 'scan') this.collect(node.attributes.body)
    }
  }
}

function fail({ op, scope }: Node, problem: string): never {
  throw new ShapeError({ op, problem: scope ? `${problem} (in ${scope})` : problem })
}

/** Symbols are sizes of inputs, so only a difference can be negative. */
function mayBeNegative(dim: Dim): boolean {
  return typeof dim === 'string' && dim.includes('-')
}

/** With numbers alone, the shape rules have decided. */
function mayExceed({ start, size, limit }: Window): boolean {
  const isWhole = start === 0 && size === limit
  return !isWhole && [start, size, limit].some((dim) => typeof dim === 'string')
}

function sizesOf(graph: Graph, node: Node): Dim[] {
  const sizes = node.outputs.flatMap((id) => graph.values[id]!.shape)
  for (const { type, value } of attributesOf(node)) {
    if (type === 'dim') sizes.push(value as Dim)
    else if (type === 'shape') sizes.push(...(value as readonly Dim[]))
  }
  return sizes
}

function windowsOf(graph: Graph, node: Node): Window[] {
  const [x = [], update = []] = node.inputs.map((id) => graph.values[id]!.shape)
  switch (node.op) {
    case 'slice': {
      const { starts, sizes } = node.attributes
      return x.map((limit, axis) => ({ start: starts[axis]!, size: sizes[axis]!, limit }))
    }
    case 'dynamicSlice': {
      const { axis, size } = node.attributes
      return [{ start: 0, size, limit: x[axis]! }]
    }
    case 'dynamicUpdate': {
      const { axis } = node.attributes
      return [{ start: 0, size: update[axis]!, limit: x[axis]! }]
    }
    default:
      return []
  }
}
