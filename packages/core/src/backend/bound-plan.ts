import { ShapeError } from '../errors.ts'
import { attributesOf } from '../graph/attributes.ts'
import type { Bindings, Dim, Shape } from '../graph/dims.ts'
import type { Graph, Kind, Node, ValueId } from '../graph/graph.ts'
import { ruleOf } from '../graph/op-rules.ts'
import type { Attributes, OpName } from '../graph/ops.ts'
import { boundShape } from './binding.ts'
import type { LivePlan } from './liveness.ts'

/** A value's kind and its sizes in one run. */
export interface BoundType {
  readonly kind: Kind
  readonly shape: readonly number[]
}

type BoundAttribute<T> = [Dim] extends [T] ? number : [Shape] extends [T] ? readonly number[] : T

/** Attributes of an op with numbers in place of symbols. */
export type BoundAttributes<O extends OpName> = {
  readonly [K in keyof Attributes<O>]: BoundAttribute<Attributes<O>[K]>
}

/** A node with the sizes of one run. */
export interface BoundStep {
  readonly node: Node
  readonly attributes: Readonly<Record<string, unknown>>
  readonly outputs: readonly BoundType[]
  /** Values that nothing needs after this node. */
  readonly dead: readonly ValueId[]
  /** The body of a scan. */
  readonly body: BoundPlan | undefined
}

/** A graph with the sizes of one run, ready to be run node by node. */
export interface BoundPlan {
  readonly graph: Graph
  readonly unused: readonly ValueId[]
  readonly steps: readonly BoundStep[]
}

/**
 * Puts the sizes of a run in place of all symbols, and checks what only the sizes can tell: windows
 * that fit, and sizes that are not negative.
 *
 * @throws ShapeError naming the op and the place in the model.
 */
export function bindPlan({ graph, unused, steps }: LivePlan, bindings: Bindings): BoundPlan {
  const types: BoundType[] = []
  // Only what the graph makes: values that rewriting left behind may have symbols without a size.
  for (const id of [
    ...graph.inputs.map((port) => port.value),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]) {
    const { kind, shape } = graph.values[id]!
    types[id] = { kind, shape: boundShape(graph, shape, bindings) }
  }
  return {
    graph,
    unused,
    steps: steps.map(({ node, dead, body }) => {
      const attributes = bindAttributes(graph, node, bindings)
      if (node.op !== 'scan') checkSizes(node, attributes, types)
      return {
        node,
        attributes,
        outputs: node.outputs.map((id) => types[id]!),
        dead,
        body: body && bindPlan(body, bindings),
      }
    }),
  }
}

function bindAttributes(graph: Graph, node: Node, bindings: Bindings): Record<string, unknown> {
  const bound: Record<string, unknown> = {}
  for (const { name, type, value } of attributesOf(node)) {
    if (type === 'dim') bound[name] = boundShape(graph, [value as Dim], bindings)[0]
    else if (type === 'shape') bound[name] = boundShape(graph, value as Shape, bindings)
    else bound[name] = value
  }
  return bound
}

/** The shape rules leave to the run what depends on symbols; with numbers they decide everything. */
function checkSizes(node: Node, attributes: Record<string, unknown>, types: readonly BoundType[]): void {
  const inputs = node.inputs.map((id) => types[id]!)
  ruleOf(node.op).infer(inputs, attributes as never, (problem, hint) => {
    const seen = inputs.map(({ kind, shape }, i) => ({
      label: `operand ${i}`,
      kind,
      shape,
      scope: node.scope,
    }))
    throw new ShapeError({ op: node.op, problem, inputs: seen, hint })
  })
}
