import { GraphError, KindError, ShapeError } from '../errors.ts'
import type { Dim, Shape } from './dims.ts'
import { formatShape, isSymbol, sameShape, symbolsOf, toDim } from './dims.ts'
import type { Graph, Kind, Node, Port, ValueId, ValueType } from './graph.ts'
import { ruleOf } from './op-rules.ts'
import type { Attributes, OpName } from './ops.ts'
import type { Fail } from './rule.ts'
import { operandCounts, operandNames } from './rule.ts'
import type { Operand, Parameter } from './tensor.ts'
import { Tensor } from './tensor.ts'

/**
 * Records ops into a graph. A trace may stand inside another one (the body of a scan): tensors of
 * the outer trace that are used inside are captured, and become constants of the loop.
 */
export class Trace {
  readonly name: string
  readonly parent: Trace | undefined
  readonly depth: number
  readonly values: ValueType[] = []
  readonly nodes: Node[] = []
  readonly inputs: Port[] = []
  private readonly captured = new Map<ValueId, { outer: Tensor; inner: Tensor }>()
  private readonly parameters = new Map<string, Tensor<'float'>>()
  private readonly place: { scope: string }
  /** Values worth a look, by scope and name; see {@link mark}. */
  readonly marks: Map<string, Tensor> = new Map()

  constructor(name: string, parent?: Trace) {
    this.name = name
    this.parent = parent
    this.depth = parent ? parent.depth + 1 : 0
    this.place = parent ? parent.place : { scope: '' }
  }

  /** Declares a named input; strings among the sizes are symbols that each run may bind anew. */
  input<K extends Kind>(name: string, kind: K, shape: Shape): Tensor<K> {
    if (this.inputs.some((port) => port.name === name)) {
      throw new GraphError({ operation: this.name, problem: `input '${name}' is declared twice` })
    }
    const tensor = this.value(kind, shape.map(toDim))
    this.inputs.push({ name, value: tensor.id })
    return tensor
  }

  /** The input that stands for a weight; the same one however often it is asked for. */
  parameter(parameter: Parameter): Tensor<'float'> {
    if (this.parent) return this.lift(this.parent.parameter(parameter))
    const known = this.parameters.get(parameter.path)
    if (known && sameShape(known.shape, parameter.shape)) return known
    if (known) {
      const shapes = `${formatShape(known.shape)} and ${formatShape(parameter.shape)}`
      throw new GraphError({
        operation: this.name,
        problem: `two weights are called '${parameter.path}': ${shapes}`,
      })
    }
    const tensor = this.input(parameter.path, 'float', parameter.shape)
    this.parameters.set(parameter.path, tensor)
    return tensor
  }

  /** Runs `body` with `name` added to the scope that its nodes carry. */
  scoped<T>(name: string, body: () => T): T {
    const { scope } = this.place
    return this.at(scope === '' ? name : `${scope}.${name}`, body)
  }

  /** Runs `body` with `scope` as the whole scope that its nodes carry. */
  at<T>(scope: string, body: () => T): T {
    const before = this.place.scope
    this.place.scope = scope
    try {
      return body()
    } finally {
      this.place.scope = before
    }
  }

  /**
   * Names a value, under the scope, for whoever looks inside a model. It costs nothing: a mark is no part of the
   * graph. Values inside a loop have no mark, as each step has its own; of equal names the first stays.
   */
  mark<T extends Tensor>(name: string, tensor: T): T {
    const path = this.place.scope === '' ? name : `${this.place.scope}.${name}`
    if (tensor.trace === this && !this.parent && !this.marks.has(path)) this.marks.set(path, tensor)
    return tensor
  }

  /** Adds a node, with its shapes checked; gives its outputs. */
  emit<O extends OpName>(op: O, inputs: readonly Tensor[], attributes: Attributes<O>): Tensor[] {
    const local = inputs.map((input) => this.lift(input))
    const types = this.infer(op, local, attributes)
    const outputs = types.map(({ kind, shape }) => this.value(kind, shape))
    this.nodes.push({
      op,
      inputs: local.map((input) => input.id),
      outputs: outputs.map((output) => output.id),
      attributes,
      scope: this.place.scope,
    } as unknown as Node)
    return outputs
  }

  /** A tensor of this trace for one of this trace or of a trace around it. */
  lift<K extends Kind>(tensor: Tensor<K>): Tensor<K> {
    if (tensor.trace === this) return tensor
    if (!this.parent) {
      throw new GraphError({
        operation: this.name,
        problem: `a tensor of another graph ('${tensor.trace.name}') is used here`,
        hint: 'pass it as an input',
      })
    }
    const outer = this.parent.lift(tensor)
    let capture = this.captured.get(outer.id)
    if (!capture) {
      capture = { outer, inner: this.value(outer.kind, outer.shape) }
      this.captured.set(outer.id, capture)
    }
    return capture.inner as Tensor<K>
  }

  /** The tensors of the trace around this one that were used inside, with what stands for them here. */
  captures(): readonly { outer: Tensor; inner: Tensor }[] {
    return [...this.captured.values()]
  }

  /** Adds a value that a caller wires itself: the entry of a loop, or an output that a node gains. */
  value<K extends Kind>(kind: K, shape: Shape): Tensor<K> {
    this.values.push({ kind, shape })
    return new Tensor(this, this.values.length - 1, kind, shape)
  }

  /** The tensor that stands for a value of this trace. */
  tensor(id: ValueId): Tensor {
    const { kind, shape } = this.values[id]!
    return new Tensor(this, id, kind, shape)
  }

  /** Scope or input name where a value was made, for errors. */
  originOf(id: ValueId): string {
    const input = this.inputs.find((port) => port.value === id)
    if (input) return input.name
    return this.nodes.findLast((node) => node.outputs.includes(id))?.scope ?? ''
  }

  /** The recorded graph with these outputs, in this order (that of a record is another for names like `0`). */
  finish(outputs: readonly (readonly [name: string, tensor: Tensor])[]): Graph {
    const ports = outputs.map(([name, tensor]) => ({ name, value: this.lift(tensor).id }))
    const { name, inputs, values, nodes } = this
    return { name, inputs: [...inputs], outputs: ports, values: [...values], nodes: [...nodes] }
  }

  private infer<O extends OpName>(op: O, inputs: readonly Tensor[], attributes: Attributes<O>): ValueType[] {
    const rule = ruleOf(op)
    const names = operandNames(rule.operands)
    const fail: Fail = (problem, hint, about) => {
      const seen = inputs.map((input, i) => input.describe(operandName(names, i)))
      if (about !== 'kind') throw new ShapeError({ op, problem, inputs: seen, hint })
      const withKinds = seen.map((each, i) => ({ ...each, kind: inputs[i]!.kind }))
      throw new KindError({ op, problem, inputs: withKinds, hint })
    }
    const { least, most } = operandCounts(rule.operands)
    if (inputs.length < least || inputs.length > most) {
      fail(`takes ${names.join(', ') || 'no operand'}, but ${inputs.length} operands are given`)
    }
    return rule.infer(inputs, attributes, fail)
  }
}

function operandName(names: readonly string[], index: number): string {
  const name = names[index] ?? names.at(-1) ?? 'operand'
  return name.endsWith('...') ? `${name.slice(0, -3)} ${index}` : name.replace('?', '')
}

/** The innermost trace among tensors: where an op on them belongs. */
export function traceOf(operands: readonly unknown[]): Trace {
  let innermost: Trace | undefined
  for (const operand of operands) {
    if (operand instanceof Tensor && (!innermost || operand.trace.depth > innermost.depth)) {
      innermost = operand.trace
    }
  }
  if (!innermost) {
    throw new GraphError({
      operation: 'trace',
      problem: 'an op on weights and literals alone belongs to no graph',
      hint: 'make one of them a tensor: trace.parameter(weight) or constant(trace, …)',
    })
  }
  return innermost
}

/** A tensor for any operand; literals take `kind`. */
export function toTensor<K extends Kind>(trace: Trace, operand: Operand<K>, kind: K): Tensor<K> {
  if (operand instanceof Tensor) return operand
  if (typeof operand === 'number' || typeof operand === 'boolean') {
    return trace.emit('constant', [], { kind, shape: [], data: [Number(operand)] })[0] as Tensor<K>
  }
  if (typeof operand === 'object' && operand !== null) {
    return trace.parameter(operand) as Tensor<Kind> as Tensor<K>
  }
  throw new GraphError({
    operation: trace.name,
    problem: `${operand} is no operand`,
    hint: 'give a tensor, a weight, a number or a bool',
  })
}

/**
 * Runs `body` once over symbolic tensors and gives the graph that it describes.
 *
 * @param name stands in errors, profiles and printed graphs.
 * @param body declares inputs on the trace and returns the outputs by name.
 * @throws ShapeError, KindError or GraphError where the ops do not fit together.
 */
export function trace(name: string, body: (trace: Trace) => Readonly<Record<string, Tensor>>): Graph {
  const recorder = new Trace(name)
  const graph = recorder.finish(Object.entries(body(recorder)))
  expectBoundSymbols(graph)
  return graph
}

/** Every symbol must be a plain dim of some input, or a run could not know its size. */
function expectBoundSymbols({ name, inputs, values }: Graph): void {
  const bound = new Set<Dim>(inputs.flatMap((port) => values[port.value]!.shape.filter(isSymbol)))
  for (const { shape } of values) {
    for (const symbol of shape.flatMap(symbolsOf)) {
      if (!bound.has(symbol)) {
        throw new GraphError({
          operation: name,
          problem: `the size '${symbol}' is used, but no input has an axis of that name`,
        })
      }
    }
  }
}
