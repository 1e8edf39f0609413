import type { Node, NodeOf, Port, ValueId } from '../graph/graph.ts'
import type { OpName } from '../graph/ops.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Trace } from '../graph/trace.ts'

/** Ops whose result the backward loop makes again rather than read from memory. */
const cheap: ReadonlySet<OpName> = new Set<OpName>([
  'constant',
  'iota',
  'size',
  'reshape',
  'transpose',
  'broadcast',
  'slice',
])

/**
 * Leaves in the trace of a backward body only what its outputs need: the backward nodes, and the cheap
 * ones of the forward part that they read.
 *
 * @param given values that come in anyway: cotangents and captured constants.
 * @returns the other forward values that the backward part reads: the forward loop has to save them.
 */
export function dropForward(
  inner: Trace,
  forward: readonly Node[],
  outputs: readonly Tensor[],
  given: ReadonlySet<ValueId>,
): ValueId[] {
  const isForward = new Set(forward)
  const maker = new Map(inner.nodes.flatMap((node) => node.outputs.map((id) => [id, node] as const)))
  const kept = new Set<Node>()
  const residuals = new Set<ValueId>()
  const pending = outputs.map((output) => output.id)
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (given.has(id)) continue
    const node = maker.get(id)
    if (!node || (isForward.has(node) && !cheap.has(node.op))) {
      residuals.add(id)
    } else if (!kept.has(node)) {
      kept.add(node)
      pending.push(...node.inputs)
    }
  }
  inner.nodes.splice(0, inner.nodes.length, ...inner.nodes.filter((node) => kept.has(node)))
  return [...residuals]
}

/**
 * Lets a scan that stands in a trace save values of its body, one for each step.
 *
 * @param values ids of values of the scan's body.
 * @returns for each of them its history, stacked [T, ...], in the trace of the scan.
 */
export function saveHistory(outer: Trace, scan: NodeOf<'scan'>, values: readonly ValueId[]): Tensor[] {
  const at = outer.nodes.findIndex((node) => node.outputs[0] === scan.outputs[0])
  const node = outer.nodes[at] as NodeOf<'scan'>
  const { body, carries, xs, length } = node.attributes
  const added: Port[] = []
  const outputs = [...node.outputs]
  const histories = values.map((value) => {
    const x = body.inputs.findIndex((port, i) => port.value === value && i >= carries && i < carries + xs)
    if (x >= 0) return outer.tensor(node.inputs[x]!)
    const y = body.outputs.findIndex((port, i) => port.value === value && i >= carries)
    if (y >= 0) return outer.tensor(node.outputs[y]!)
    const { kind, shape } = body.values[value]!
    const history = outer.value(kind, [length, ...shape])
    added.push({ name: `saved.${outputs.length}`, value })
    outputs.push(history.id)
    return history
  })
  const saving = { ...body, outputs: [...body.outputs, ...added] }
  outer.nodes[at] = { ...node, outputs, attributes: { ...node.attributes, body: saving } }
  return histories
}
