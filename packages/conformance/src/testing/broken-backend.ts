import type {
  Backend,
  CompileOptions,
  CompositeName,
  DeviceArray,
  Graph,
  HostArray,
  Node,
  Program,
  Tensor,
  Trace,
} from '@dragoman/core'
import { reference, trace } from '@dragoman/core'

/** What a broken backend does in its own way; the rest is the reference's. */
export interface Breakage {
  readonly composites?: readonly CompositeName[]
  readonly graph?: (graph: Graph) => Graph
  readonly upload?: (upload: Backend['upload'], array: HostArray) => DeviceArray
  readonly run?: (program: Program, inner: Backend, graph: Graph, options?: CompileOptions) => Program['run']
  readonly live?: Backend['live']
}

/** The float64 reference with a mistake. */
export function broken({ composites = [], graph, upload, run, live }: Breakage): Backend {
  const inner = reference()
  return {
    specification: 1,
    name: 'broken',
    composites: new Set(composites),
    info: () => inner.info(),
    async compile(given, options) {
      const changed = graph ? graph(given) : given
      const program = await inner.compile(changed, options)
      const started: Program['run'] = run
        ? run(program, inner, changed, options)
        : (inputs, how) => program.run(inputs, how)
      return { stats: program.stats, run: started, dispose: () => program.dispose() }
    },
    upload: (array) => (upload ? upload((copy) => inner.upload(copy), array) : inner.upload(array)),
    live: live ?? (() => inner.live()),
    dispose: () => inner.dispose(),
  }
}

/** The graph with some nodes changed, in the bodies of its loops too. */
export function editNodes(graph: Graph, edit: (node: Node) => Node): Graph {
  const nodes = graph.nodes.map((node) => {
    const edited = edit(node)
    if (edited.op !== 'scan') return edited
    const body = editNodes(edited.attributes.body, edit)
    return { ...edited, attributes: { ...edited.attributes, body } }
  })
  return { ...graph, nodes }
}

/** A backend with a wrong idea of some nodes. */
export function brokenNodes(edit: (node: Node) => Node): Backend {
  return broken({ graph: (graph) => editNodes(graph, edit) })
}

/** Gives other results for a node, or undefined where it is right. */
export type Rewrite = (node: Node, operands: readonly Tensor<'float'>[], place: Trace) => Tensor[] | undefined

/** The graph with other nodes in the place of some; bodies of loops stay. */
export function rewriteNodes(graph: Graph, rewrite: Rewrite): Graph {
  return trace(graph.name, (place) => {
    const tensors = new Map<number, Tensor>()
    for (const { name, value } of graph.inputs) {
      const { kind, shape } = graph.values[value]!
      tensors.set(value, place.input(name, kind, shape))
    }
    for (const node of graph.nodes) {
      const operands = node.inputs.map((id) => tensors.get(id) as Tensor<'float'>)
      const results = rewrite(node, operands, place) ?? place.emit(node.op, operands, node.attributes)
      node.outputs.forEach((id, i) => {
        tensors.set(id, results[i]!)
      })
    }
    return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, tensors.get(value)!]))
  })
}

/** A backend with a wrong formula, for a composite that it takes whole or for primitives. */
export function brokenFormula(rewrite: Rewrite, composites: readonly CompositeName[] = []): Backend {
  return broken({ composites, graph: (graph) => rewriteNodes(graph, rewrite) })
}
