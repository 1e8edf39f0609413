import {
  type Attributes,
  type Graph,
  type Node,
  type OpName,
  type PrimitiveName,
  ShapeError,
} from '@dragoman/core/backend'
import { compositeRules } from './composite-rules.ts'
import { elementwiseRules } from './elementwise-rules.ts'
import { Emitter } from './emitter.ts'
import { Fuser } from './fuser.ts'
import { GraphScope, neededNodes } from './graph-scope.ts'
import { indexingRules } from './indexing-rules.ts'
import { matmulRule } from './matmul-rule.ts'
import { movementRules } from './movement-rules.ts'
import type { OpContext, OpRule } from './op-context.ts'
import { reduceRules } from './reduce-rules.ts'
import { lowerScan } from './scan-rule.ts'
import type { Sizes } from './sizes.ts'
import type { View } from './view.ts'

type RuledName = Exclude<PrimitiveName, 'scan'>

const primitiveRules: { readonly [O in RuledName]: OpRule<O> } = {
  ...elementwiseRules,
  ...movementRules,
  ...indexingRules,
  ...reduceRules,
  matmul: matmulRule,
}

const rules: { readonly [O in Exclude<OpName, 'scan'>]: OpRule<O> } = { ...primitiveRules, ...compositeRules }

/** Turns the nodes of a graph into steps, with the sizes of one run. */
export class Lowering {
  readonly emitter: Emitter = new Emitter()
  readonly sizes: Sizes
  private readonly fuser = new Fuser(this.emitter)
  private readonly needed = new Map<Graph, ReadonlySet<number>>()

  constructor(sizes: Sizes) {
    this.sizes = sizes
  }

  /** Lowers a graph on these inputs; gives the views of its outputs. */
  lower(graph: Graph, inputs: readonly View[]): View[] {
    const graphScope = new GraphScope(graph)
    graph.inputs.forEach((port, i) => {
      graphScope.views[port.value] = inputs[i]!
    })
    const needed = this.neededIn(graph)
    graph.nodes.forEach((node, index) => {
      if (!needed.has(index)) return
      const views = this.lowerNode(graphScope, node, index)
      node.outputs.forEach((id, i) => {
        graphScope.views[id] = views[i]!
      })
    })
    return graph.outputs.map((port) => graphScope.views[port.value]!)
  }

  private neededIn(graph: Graph): ReadonlySet<number> {
    const known = this.needed.get(graph) ?? neededNodes(graph)
    this.needed.set(graph, known)
    return known
  }

  private lowerNode(graphScope: GraphScope, node: Node, index: number): readonly View[] {
    const { graph, views } = graphScope
    const { op, scope } = node
    const inputs = node.inputs.map((id) => views[id]!)
    this.emitter.op = op
    this.emitter.scope = scope
    if (op === 'scan') return lowerScan(this, node, inputs)
    const context: OpContext<OpName> = {
      emitter: this.emitter,
      fuser: this.fuser,
      inputs,
      kinds: node.inputs.map((id) => graph.values[id]!.kind),
      attributes: node.attributes as Attributes<OpName>,
      outputs: node.outputs.map((id) => this.sizes.ofShape(graph.values[id]!.shape)),
      origin: { graphScope, node: index, value: node.outputs[0]!, op, scope },
      size: this.sizes.of,
      sizes: this.sizes.ofShape,
      fail(problem) {
        const seen = inputs.map(({ shape }, i) => ({ label: `operand ${i}`, shape, scope }))
        throw new ShapeError({ op, problem, inputs: seen })
      },
      isView() {
        graphScope.viewNodes.add(index)
      },
    }
    return (rules[op] as OpRule<OpName>)(context)
  }
}
