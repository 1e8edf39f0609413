import type { Attributes, Dim, Graph } from '@dragoman/core/backend'
import type { AttributeValue } from '../protobuf/onnx.ts'
import type { Builder, NodeParts, ResultType } from './builder.ts'
import type { Emitter } from './emitter.ts'
import { typeOf } from './literals.ts'
import { zeros } from './movement.ts'
import type { PendingGraph, Scope, Value } from './value.ts'

/** Writes the nodes of a graph, whose inputs stand for `inputs`; gives the values of its outputs. */
export type WriteGraph = (builder: Builder, graph: Graph, inputs: readonly Value[]) => Value[]

/** Values that a body gives: each its own, and made in the body. */
function ownOutputs(b: Builder, values: readonly Value[], scope: Scope): Value[] {
  const taken = new Set<Value>()
  return values.map((value) => {
    const whole = b.whole(value)
    const isOwn = whole.scope === scope && !whole.isFixed && !taken.has(whole)
    const own = isOwn ? whole : b.node('Identity', [whole], whole, { scope })
    taken.add(own)
    return own
  })
}

/** What the loop runs over where nothing else says how often: one number a step. */
function counter(b: Builder, length: Dim): Value {
  return zeros(b, { type: 'int32', shape: [length] })
}

/** `scan` as the operator Scan; it refuses 0 steps, so a loop that may have none stands in a condition. */
export function scanEmitter(writeGraph: WriteGraph): Emitter<Attributes<'scan'>> {
  return (b, inputs, attributes, results) => {
    const { carries, length } = attributes
    const initial = inputs.slice(0, carries)
    const steps = b.number(length)
    if (steps === 0) return results.map((result, i) => initial[i] ?? zeros(b, result))
    const loop = () => scanNode(b, inputs, attributes, results, writeGraph)
    return steps === undefined ? unlessEmpty(b, length, initial, results, loop) : loop()
  }
}

function scanNode(
  b: Builder,
  inputs: readonly Value[],
  { body, carries, xs, length, reverse }: Attributes<'scan'>,
  results: readonly ResultType[],
  writeGraph: WriteGraph,
): readonly Value[] {
  const streams = xs === 0 ? [counter(b, length)] : inputs.slice(carries, carries + xs)
  const graph = b.body((scope): PendingGraph => {
    const ports = body.inputs.slice(0, carries + xs).map(({ name, value }) => {
      const { kind, shape } = body.values[value]!
      return b.input(name, { type: typeOf[kind], shape }, scope)
    })
    const entries = [...ports, ...inputs.slice(carries + xs)]
    if (xs === 0) ports.push(b.input('step', { type: 'int32', shape: [] }, scope))
    const outputs = ownOutputs(b, writeGraph(b, body, entries), scope)
    return { name: body.name, scope, inputs: ports, outputs }
  })
  const parts: NodeParts = {
    attributes: {
      num_scan_inputs: { int: streams.length },
      ...(reverse && backwards(streams.length, results.length - carries)),
    },
    bodies: { body: graph },
    scope: b.scope,
  }
  return b.nodes('Scan', [...inputs.slice(0, carries), ...streams], results, parts)
}

function backwards(streams: number, stacked: number): Record<string, AttributeValue> {
  const flags = (count: number) => ({ ints: new Array<number>(count).fill(1) })
  const inputs = { scan_input_directions: flags(streams) }
  return stacked === 0 ? inputs : { ...inputs, scan_output_directions: flags(stacked) }
}

function unlessEmpty(
  b: Builder,
  length: Dim,
  initial: readonly Value[],
  results: readonly ResultType[],
  loop: () => readonly Value[],
): readonly Value[] {
  const hasSteps = b.node('Greater', [b.dim(length), b.numbers([0])], { type: 'bool', shape: [1] })
  const branch = (name: string, write: (scope: Scope) => readonly Value[]): PendingGraph =>
    b.body((scope) => ({ name, scope, inputs: [], outputs: ownOutputs(b, write(scope), scope) }))
  const bodies = {
    then_branch: branch('steps', loop),
    else_branch: branch('noSteps', (scope) =>
      results.map((result, i) => initial[i] ?? zeros(b, result, scope)),
    ),
  }
  return b.nodes('If', [hasSteps], results, { bodies, scope: b.scope })
}
