import { GraphError } from '../errors.ts'
import { type AttributeType, attributesOf, attributeTypes, type TypedAttribute } from './attributes.ts'
import type { Dim, Shape } from './dims.ts'
import { formatShape, isSymbol, sameShape, symbolsOf, toDim } from './dims.ts'
import type { Graph, Kind, Node, NodeOf, Port, ValueId, ValueType } from './graph.ts'
import { ruleOf } from './op-rules.ts'
import type { Attributes, OpName } from './ops.ts'
import { operandCounts } from './rule.ts'

const kinds: readonly Kind[] = ['float', 'int', 'bool']

/**
 * Refuses a graph that is not legal. A legal graph
 *
 * - makes each value once, by an input or a node, before anything uses it;
 * - has ports with names, each name once among the inputs and once among the outputs;
 * - has in every node known attributes, and outputs of the kinds and shapes that the op's rule gives;
 * - uses only symbols that are the size of an axis of some input;
 * - has in each scan a body that is legal in turn, takes what the scan gives it, and draws no dropout mask;
 * - draws dropout masks from a key that is an input.
 *
 * @throws GraphError that names the node and its scope.
 */
export function check(graph: Graph): void {
  const symbols = graph.inputs.flatMap((port) => graph.values[port.value]?.shape.filter(isSymbol) ?? [])
  new Checker(graph, new Set(symbols), false).check()
}

class Checker {
  private readonly graph: Graph
  private readonly symbols: ReadonlySet<string>
  private readonly isBody: boolean
  private readonly defined = new Set<ValueId>()

  constructor(graph: Graph, symbols: ReadonlySet<string>, isBody: boolean) {
    this.graph = graph
    this.symbols = symbols
    this.isBody = isBody
  }

  check(): void {
    this.checkNames('input', this.graph.inputs)
    for (const port of this.graph.inputs) this.define(port.value, `input '${port.name}'`)
    this.graph.nodes.forEach((node, i) => {
      this.checkNode(node, `node ${i} (${node.op})`)
    })
    this.checkNames('output', this.graph.outputs)
    for (const port of this.graph.outputs) this.use(port.value, `output '${port.name}'`)
  }

  private checkNames(what: string, ports: readonly Port[]): void {
    const names = new Set<string>()
    for (const { name } of ports) {
      if (typeof name !== 'string' || name === '') this.fail(`an ${what} has no name`)
      if (names.has(name)) this.fail(`the ${what} '${name}' stands there twice`)
      names.add(name)
    }
  }

  private checkNode(node: Node, place: string): void {
    const { op, scope } = node
    if (!Object.hasOwn(attributeTypes, op)) this.fail(`${place} has an op that does not exist`, scope)
    if (op === 'dropoutMask' && this.isBody) {
      this.fail(`${place} draws a dropout mask inside a loop`, scope, 'draw it outside and give it as an x')
    }
    for (const id of node.inputs) this.use(id, place, scope)
    if (op === 'dropoutMask' && !this.graph.inputs.some((port) => port.value === node.inputs[0])) {
      this.fail(`${place} has a key that is computed`, scope, 'make the key an input of the graph')
    }
    for (const attribute of attributesOf(node)) this.checkAttribute(attribute, place, scope)
    if (op === 'scan') this.checkBody(node, place)
    this.checkTypes(node, place)
    for (const id of node.outputs) this.define(id, place, scope)
  }

  private checkTypes(node: Node, place: string): void {
    const { op, scope } = node
    const inputs = node.inputs.map((id) => this.graph.values[id]!)
    const fail = (problem: string, hint?: string) => this.fail(`${place}: ${problem}`, scope, hint)
    const { least, most } = operandCounts(ruleOf(op).operands)
    if (inputs.length < least || inputs.length > most) {
      fail(`takes ${ruleOf(op).operands}, but ${inputs.length} operands are given`)
    }
    const expected = ruleOf(op).infer(inputs, node.attributes as Attributes<OpName>, fail)
    if (expected.length !== node.outputs.length) {
      fail(`gives ${expected.length} values, but the node has ${node.outputs.length} outputs`)
    }
    expected.forEach((type, i) => {
      const found = this.graph.values[node.outputs[i]!]
      if (found && found.kind === type.kind && sameShape(found.shape, type.shape)) return
      fail(`output ${i} is ${found ? formatType(found) : 'unknown'}, but the op gives ${formatType(type)}`)
    })
  }

  private checkBody({ inputs, attributes, scope }: NodeOf<'scan'>, place: string): void {
    const { body, carries, xs } = attributes
    const fits =
      isCount(carries) && isCount(xs) && carries <= body.outputs.length && carries + xs <= inputs.length
    if (!fits) {
      const counts = `${inputs.length} operands and ${body.outputs.length} results`
      this.fail(`${place} has ${carries} carries and ${xs} xs, but ${counts} of the body`, scope)
    }
    new Checker(body, this.symbols, true).check()
  }

  private checkAttribute({ name, type, value }: TypedAttribute, place: string, scope: string): void {
    if (!fitsType(value, type)) this.fail(`${place}: attribute '${name}' is no ${type}`, scope)
    if (type === 'dim') this.checkShape([value as Dim], `${place}: '${name}'`, scope)
    if (type === 'shape') this.checkShape(value as Shape, `${place}: '${name}'`, scope)
  }

  private checkShape(shape: Shape, place: string, scope?: string): void {
    for (const dim of shape) {
      if (toDim(dim) !== dim)
        this.fail(`${place} has the size '${dim}', which is written '${toDim(dim)}'`, scope)
      const unbound = symbolsOf(dim).find((symbol) => !this.symbols.has(symbol))
      if (unbound === undefined) continue
      this.fail(`${place} has the size '${dim}', but no input has an axis '${unbound}'`, scope)
    }
  }

  private define(id: ValueId, place: string, scope?: string): void {
    const type = this.graph.values[id]
    if (!type) this.fail(`${place} makes the value %${id}, of which nothing is known`, scope)
    if (this.defined.has(id)) this.fail(`${place} makes the value %${id}, which is made already`, scope)
    if (!kinds.includes(type.kind)) this.fail(`${place} makes a value of the kind '${type.kind}'`, scope)
    this.checkShape(type.shape, place, scope)
    this.defined.add(id)
  }

  private use(id: ValueId, place: string, scope?: string): void {
    if (!this.defined.has(id))
      this.fail(`${place} uses the value %${id}, which nothing has made before`, scope)
  }

  private fail(problem: string, scope?: string, hint?: string): never {
    throw new GraphError({ operation: `check ${this.graph.name}`, problem, scope: scope || undefined, hint })
  }
}

function formatType({ kind, shape }: ValueType): string {
  return `${kind} ${formatShape(shape)}`
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isDim(value: unknown): boolean {
  return typeof value === 'string' || isCount(value)
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}

function fitsType(value: unknown, type: AttributeType): boolean {
  switch (type) {
    case 'flag':
      return typeof value === 'boolean'
    case 'number':
      return isNumber(value)
    case 'numbers':
      return Array.isArray(value) && value.every(isNumber)
    case 'kind':
      return kinds.includes(value as Kind)
    case 'dim':
      return isDim(value)
    case 'shape':
      return Array.isArray(value) && value.every(isDim)
    case 'graph':
      return typeof value === 'object' && value !== null
  }
}
