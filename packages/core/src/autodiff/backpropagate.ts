import { add } from '../graph/elementwise.ts'
import type { Node, ValueId } from '../graph/graph.ts'
import { expandNode } from '../graph/lower.ts'
import type { OpName } from '../graph/ops.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Trace } from '../graph/trace.ts'
import type { Cotangent, GradientRule, RuleContext } from './rule.ts'
import { gradientRules } from './rules.ts'

/** What flows back into each value: every use of it contributes one tensor. */
export class Contributions {
  private readonly parts = new Map<ValueId, Tensor<'float'>[]>()

  add(id: ValueId, part: Tensor<'float'>): void {
    const known = this.parts.get(id)
    if (known) known.push(part)
    else this.parts.set(id, [part])
  }

  of(id: ValueId): readonly Tensor<'float'>[] {
    return this.parts.get(id) ?? []
  }

  /** Sum of the contributions; none when there are none. It is computed once. */
  total(id: ValueId): Cotangent {
    const parts = this.parts.get(id)
    if (!parts) return undefined
    const sum = parts.reduce((a, b) => add(a, b))
    this.parts.set(id, [sum])
    return sum
  }
}

/**
 * Appends to a trace the nodes that carry gradients back through some of its nodes.
 *
 * @param nodes  in the order of the trace; the gradient flows from the last to the first.
 * @param seeds  gradients of the values where it starts; contributions to the others are added to it.
 * @param wrt    values whose gradients are wanted: paths that reach none of them are left out.
 */
export function backpropagate(
  trace: Trace,
  nodes: readonly Node[],
  seeds: Contributions,
  wrt: Iterable<ValueId>,
): void {
  const active = reachable(trace, nodes, wrt)
  for (const node of nodes.toReversed()) {
    if (!node.inputs.some((id) => active.has(id))) continue
    const gradients = node.outputs.map((id) => seeds.total(id))
    if (gradients.every((gradient) => gradient === undefined)) continue
    const tensors = (ids: readonly ValueId[]) => ids.map((id) => trace.tensor(id)) as Tensor<'float'>[]
    const context = {
      trace,
      node,
      inputs: tensors(node.inputs),
      outputs: tensors(node.outputs),
      gradients,
      needs: node.inputs.map((id) => active.has(id)),
    } as RuleContext<OpName>
    const results = trace.at(node.scope, () => differentiate(context))
    results.forEach((gradient, i) => {
      const id = node.inputs[i]!
      if (gradient && active.has(id)) seeds.add(id, gradient)
    })
  }
}

/** Float values that depend on any of `from`. */
function reachable(trace: Trace, nodes: readonly Node[], from: Iterable<ValueId>): Set<ValueId> {
  const active = new Set(from)
  for (const node of nodes) {
    if (gradientRules[node.op] === 'none' || !node.inputs.some((id) => active.has(id))) continue
    for (const id of node.outputs) if (trace.values[id]!.kind === 'float') active.add(id)
  }
  return active
}

function differentiate(context: RuleContext<OpName>): Cotangent[] {
  const rule = gradientRules[context.node.op]
  if (rule === 'none') return []
  if (rule !== 'body') return (rule as GradientRule<OpName>)(context)
  return throughBody(context)
}

/** The gradient of a composite by that of its body, which is emitted again for it. */
export function throughBody({ trace, node, inputs, gradients, needs }: RuleContext<OpName>): Cotangent[] {
  const start = trace.nodes.length
  const outputs = expandNode(node as Node, inputs)
  const seeds = new Contributions()
  outputs.forEach((output, i) => {
    const gradient = gradients[i]
    if (gradient) seeds.add(output.id, gradient)
  })
  const wanted = inputs.filter((_, i) => needs[i]).map((input) => input.id)
  backpropagate(trace, trace.nodes.slice(start), seeds, wanted)
  // What stands for several operands has one gradient: it goes back through the first of them alone.
  const isFirst = (i: number) => node.inputs.indexOf(node.inputs[i]!) === i
  return inputs.map((input, i) => (needs[i] && isFirst(i) ? seeds.total(input.id) : undefined))
}
