import type { Attributes, Graph, Node, NodeOf, OpName, PrimitiveName, ValueId } from '@dragoman/core/backend'
import { UnsupportedOpError } from '@dragoman/core/backend'
import type { Builder, ResultType } from './builder.ts'
import { writeAdams } from './composites/adam.ts'
import { composites } from './composites.ts'
import { elementwise } from './elementwise.ts'
import type { Emitter, Emitters } from './emitter.ts'
import { findFusions } from './fusion.ts'
import { indexing } from './indexing.ts'
import { typeOf } from './literals.ts'
import { matmul } from './matmul.ts'
import { movement } from './movement.ts'
import { reduce } from './reduce.ts'
import { scanEmitter } from './scan.ts'
import type { Value } from './value.ts'

const primitives: Emitters<PrimitiveName> = {
  ...movement,
  ...elementwise,
  ...indexing,
  ...reduce,
  matmul,
  scan: scanEmitter(writeGraph),
}

const emitters: Partial<Emitters<OpName>> = { ...primitives, ...composites }

function emitterOf(b: Builder, node: Node): Emitter<Attributes<OpName>> {
  const emitter = emitters[node.op]
  if (emitter) return emitter as Emitter<Attributes<OpName>>
  throw new UnsupportedOpError({
    backend: b.backend,
    op: node.op,
    scope: node.scope || undefined,
    hint: 'lower the graph first: lower(graph, onnxComposites)',
  })
}

/** Writes the nodes of a graph, or of a body, with `inputs` as its inputs; gives the values of its outputs. */
export function writeGraph(b: Builder, graph: Graph, inputs: readonly Value[]): Value[] {
  const values = new Map<ValueId, Value>(graph.inputs.map(({ value }, i) => [value, inputs[i]!]))
  const valueAt = (id: ValueId) => values.get(id)!
  const keep = (node: Node, results: readonly Value[]) => {
    node.outputs.forEach((id, i) => {
      values.set(id, results[i]!)
    })
  }
  const { absorbed, writers } = findFusions(graph)
  const around = b.label
  for (let i = 0; i < graph.nodes.length; i++) {
    const node = graph.nodes[i]!
    if (absorbed.has(node)) continue
    b.label = node.scope
    if (node.op === 'adam') {
      const run = adamRun(graph, i)
      const operands = run.map((each) => each.inputs.map(valueAt))
      writeAdams(b, operands, node.attributes).forEach((results, k) => {
        keep(run[k]!, results)
      })
      i += run.length - 1
      continue
    }
    const writer = writers.get(node)
    const written = writer
      ? writer(b, valueAt)
      : emitterOf(b, node)(b, node.inputs.map(valueAt), node.attributes, resultsOf(graph, node))
    keep(node, 'id' in written ? [written] : written)
  }
  b.label = around
  return graph.outputs.map(({ value }) => valueAt(value))
}

function resultsOf(graph: Graph, node: Node): ResultType[] {
  return node.outputs.map((id) => {
    const { kind, shape } = graph.values[id]!
    return { type: typeOf[kind], shape }
  })
}

/** The updates from this node on that share their scalars and attributes, and read no result of one another. */
function adamRun(graph: Graph, first: number): NodeOf<'adam'>[] {
  const key = (node: NodeOf<'adam'>) => JSON.stringify([node.inputs.slice(4), node.attributes])
  const run: NodeOf<'adam'>[] = []
  const made = new Set<ValueId>()
  for (const node of graph.nodes.slice(first)) {
    if (node.op !== 'adam' || (run.length > 0 && key(node) !== key(run[0]!))) break
    if (node.inputs.some((id) => made.has(id))) break
    run.push(node)
    for (const id of node.outputs) made.add(id)
  }
  return run
}
