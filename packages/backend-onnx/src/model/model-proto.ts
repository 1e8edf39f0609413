import type { GraphProto, ModelProto, NodeProto, TensorProto, ValueInfo } from '../protobuf/onnx.ts'
import type { Builder } from './builder.ts'
import type { PendingGraph, PendingNode, Value } from './value.ts'

/** An output of the model and the value that it has. */
export interface Output {
  readonly name: string
  readonly value: Value
}

/** Values that each have the name of their output, and are no inputs. */
function nameOutputs(b: Builder, outputs: readonly Output[]): Value[] {
  const named = new Set<Value>()
  return outputs.map(({ name, value }) => {
    const whole = b.whole(value)
    const own =
      whole.isFixed || named.has(whole) ? b.node('Identity', [whole], whole, { scope: b.main }) : whole
    own.name = name
    named.add(own)
    return own
  })
}

/** What the outputs of a model depend on. */
interface Needed {
  readonly kept: ReadonlySet<PendingNode>
  readonly live: ReadonlySet<Value>
}

/** Adds what a graph needs to `live`; its own nodes, and through bodies those of the graphs around it. */
function markLive({ scope, outputs }: PendingGraph, live: Set<Value>, kept: Set<PendingNode>): void {
  for (const output of outputs) live.add(output)
  for (const node of scope.nodes.toReversed()) {
    if (!node.outputs.some((output) => live.has(output))) continue
    kept.add(node)
    for (const input of node.inputs) if (input) live.add(input)
    for (const body of Object.values(node.bodies)) markLive(body, live, kept)
  }
}

function valueInfo({ name, type, shape }: Value): ValueInfo {
  return { name, type, dims: shape }
}

/** What is written of a model, and how many nodes that is. */
export interface Finished {
  readonly graph: ModelProto['graph']
  readonly nodes: number
}

/** The graph of a model, without nodes that nothing needs. */
export function finishGraph(
  b: Builder,
  name: string,
  inputs: readonly Value[],
  outputs: readonly Output[],
): Finished {
  const main: PendingGraph = { name, scope: b.main, inputs, outputs: nameOutputs(b, outputs) }
  const live = new Set<Value>()
  const kept = new Set<PendingNode>()
  markLive(main, live, kept)
  const initializers = b.initializers.flatMap(({ value, tensor }): TensorProto[] =>
    live.has(value) ? [{ ...tensor, name: value.name }] : [],
  )
  return {
    graph: { ...graphProto(main, { kept, live }), initializers },
    nodes: kept.size,
  }
}

function graphProto({ name, scope, inputs, outputs }: PendingGraph, needed: Needed): GraphProto {
  return {
    name: name || 'graph',
    nodes: scope.nodes.filter((node) => needed.kept.has(node)).map((node) => nodeProto(node, needed)),
    inputs: inputs.map(valueInfo),
    outputs: outputs.map(valueInfo),
  }
}

/** Without optional results at the end that nothing reads. */
function neededOutputs({ op, outputs }: PendingNode, live: ReadonlySet<Value>): readonly Value[] {
  if (op !== 'LayerNormalization') return outputs
  return outputs.slice(0, outputs.findLastIndex((output) => live.has(output)) + 1)
}

function nodeProto(node: PendingNode, { kept, live }: Needed): NodeProto {
  const bodies = Object.entries(node.bodies).map(([name, body]) => [
    name,
    { graph: graphProto(body, { kept, live }) },
  ])
  return {
    op: node.op,
    name: [...(node.label ? [node.label] : []), node.outputs[0]!.name].join('/'),
    inputs: node.inputs.map((input) => input?.name ?? ''),
    outputs: neededOutputs(node, live).map((output) => output.name),
    attributes: { ...node.attributes, ...Object.fromEntries(bodies) },
  }
}
