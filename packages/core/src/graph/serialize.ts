import { FormatError } from '../errors.ts'
import { attributesOf, attributeTypes } from './attributes.ts'
import { check } from './check.ts'
import type { Graph, Node, Port, ValueType } from './graph.ts'
import { decodeNumber, encodeNumber } from './json-number.ts'

export { hashGraph } from './hash.ts'

/** A graph as JSON: plain data in which every number survives. */
export interface GraphJson {
  readonly format: 'dragoman.graph'
  readonly version: 1
  readonly graph: unknown
}

/** A graph as data for `JSON.stringify`; {@link fromJson} gives the same graph back. */
export function toJson(graph: Graph): GraphJson {
  return { format: 'dragoman.graph', version: 1, graph: encodeGraph(graph) }
}

/**
 * The graph that {@link toJson} wrote.
 *
 * @throws FormatError when the data have another format, version or structure; GraphError when the
 *   graph in them is not legal.
 */
export function fromJson(data: unknown): Graph {
  const { format, version, graph: encoded } = fields(data, 'the file')
  if (format !== 'dragoman.graph') refuse(`the format is ${JSON.stringify(format)}, not "dragoman.graph"`)
  if (version !== 1) refuse(`version ${JSON.stringify(version)} is not known; this library reads version 1`)
  const graph = decodeGraph(encoded, 'graph')
  check(graph)
  return graph
}

function encodeGraph({ name, inputs, outputs, values, nodes }: Graph): object {
  return {
    name,
    inputs,
    outputs,
    values,
    nodes: nodes.map((node) => ({ ...node, attributes: encodeAttributes(node) })),
  }
}

function encodeAttributes(node: Node): Record<string, unknown> {
  const encoded: Record<string, unknown> = {}
  for (const { name, type, value } of attributesOf(node)) {
    if (type === 'graph') encoded[name] = encodeGraph(value as Graph)
    else if (type === 'number') encoded[name] = encodeNumber(value as number)
    else if (type === 'numbers') encoded[name] = (value as readonly number[]).map(encodeNumber)
    else encoded[name] = value
  }
  return encoded
}

function decodeGraph(data: unknown, path: string): Graph {
  const { name, inputs, outputs, values, nodes } = fields(data, path)
  if (typeof name !== 'string') refuse(`${path}.name is no text`)
  return {
    name,
    inputs: list(inputs, `${path}.inputs`).map(decodePort),
    outputs: list(outputs, `${path}.outputs`).map(decodePort),
    values: list(values, `${path}.values`).map(decodeValue),
    nodes: list(nodes, `${path}.nodes`).map(decodeNode),
  }
}

function decodePort(data: unknown, i: number): Port {
  const { name, value } = fields(data, `port ${i}`)
  if (typeof name !== 'string' || typeof value !== 'number') refuse(`port ${i} needs a name and a value`)
  return { name, value }
}

function decodeValue(data: unknown, i: number): ValueType {
  const { kind, shape } = fields(data, `value ${i}`)
  const dims = list(shape, `the shape of value ${i}`)
  if (dims.some((dim) => typeof dim !== 'number' && typeof dim !== 'string')) {
    refuse(`the shape of value ${i} holds more than numbers and symbols`)
  }
  return { kind, shape: dims } as ValueType
}

function decodeNode(data: unknown, i: number): Node {
  const { op, inputs, outputs, attributes, scope } = fields(data, `node ${i}`)
  if (typeof op !== 'string' || !Object.hasOwn(attributeTypes, op)) {
    refuse(`node ${i} has the op ${JSON.stringify(op)}, which does not exist`)
  }
  if (typeof scope !== 'string') refuse(`node ${i} has no scope`)
  const given = fields(attributes, `node ${i}.attributes`)
  const types = attributeTypes[op as Node['op']] as Readonly<Record<string, string>>
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(types, name))
  if (unknown !== undefined)
    refuse(`node ${i} (${op}) has an attribute '${unknown}' that the op does not know`)
  const decoded: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(types)) {
    decoded[name] = decodeAttribute(given[name], type, `node ${i}.${name}`)
  }
  const ids = { inputs: list(inputs, `node ${i}.inputs`), outputs: list(outputs, `node ${i}.outputs`) }
  return { op, ...ids, attributes: decoded, scope } as unknown as Node
}

function decodeAttribute(value: unknown, type: string, path: string): unknown {
  if (type === 'graph') return decodeGraph(value, path)
  if (type === 'number') return decodeNumber(value)
  return type === 'numbers' ? list(value, path).map(decodeNumber) : value
}

function fields(data: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) refuse(`${path} is no object`)
  return data as Record<string, unknown>
}

function list(data: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(data)) refuse(`${path} is no list`)
  return data
}

function refuse(problem: string): never {
  throw new FormatError({ format: 'graph', problem, hint: 'write graphs with toJson and JSON.stringify' })
}
