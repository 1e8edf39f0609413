import { BinaryReader } from '@bufbuild/protobuf/wire'

/** Fields of a protobuf message by number: integers as numbers, floats as numbers, the rest as bytes. */
export type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>

const float = 5
const varint = 0

/** The fields of a message; repeated ones in their order. */
export function readFields(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes)
  const fields = new Map<number, (number | Uint8Array)[]>()
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    const value = type === varint ? Number(reader.int64()) : type === float ? reader.float() : reader.bytes()
    fields.set(field, [...(fields.get(field) ?? []), value])
  }
  return fields
}

/** A node as it was written. */
export interface ReadNode {
  readonly op: string
  readonly name: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly bodies: Readonly<Record<string, ReadGraph>>
}

/** A graph as it was written; types are the numbers of `TensorProto.DataType`. */
export interface ReadGraph {
  readonly name: string
  readonly nodes: readonly ReadNode[]
  readonly initializers: readonly string[]
  readonly inputs: readonly ReadPort[]
  readonly outputs: readonly ReadPort[]
}

export interface ReadPort {
  readonly name: string
  readonly type: number
  readonly dims: readonly (number | string)[]
}

/** A model as it was written. */
export interface ReadModel {
  readonly irVersion: number
  readonly producer: string
  readonly documentation: string
  readonly operatorSets: Readonly<Record<string, number>>
  readonly metadata: Readonly<Record<string, string>>
  readonly graph: ReadGraph
}

const text = (value: number | Uint8Array | undefined): string =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : ''
const messages = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).map((value) => readFields(value as Uint8Array))
const texts = (fields: Fields, field: number): string[] => (fields.get(field) ?? []).map(text)
const first = (fields: Fields, field: number) => fields.get(field)?.[0]

/** Reads what of an ONNX file the tests look at. */
export function readModel(bytes: Uint8Array): ReadModel {
  const model = readFields(bytes)
  const pairs = (field: number) => messages(model, field)
  return {
    irVersion: Number(first(model, 1)),
    producer: text(first(model, 2)),
    documentation: text(first(model, 6)),
    operatorSets: Object.fromEntries(pairs(8).map((set) => [text(first(set, 1)), Number(first(set, 2))])),
    metadata: Object.fromEntries(pairs(14).map((entry) => [text(first(entry, 1)), text(first(entry, 2))])),
    graph: readGraph(messages(model, 7)[0]!),
  }
}

function readGraph(graph: Fields): ReadGraph {
  return {
    name: text(first(graph, 2)),
    nodes: messages(graph, 1).map(readNode),
    initializers: messages(graph, 5).map((tensor) => text(first(tensor, 8))),
    inputs: messages(graph, 11).map(readPort),
    outputs: messages(graph, 12).map(readPort),
  }
}

function readNode(node: Fields): ReadNode {
  const graphs = messages(node, 5).filter((attribute) => attribute.has(6))
  return {
    op: text(first(node, 4)),
    name: text(first(node, 3)),
    domain: text(first(node, 7)),
    inputs: texts(node, 1),
    outputs: texts(node, 2),
    bodies: Object.fromEntries(
      graphs.map((attribute) => [text(first(attribute, 1)), readGraph(messages(attribute, 6)[0]!)]),
    ),
  }
}

function readPort(port: Fields): ReadPort {
  const tensor = messages(messages(port, 2)[0]!, 1)[0]!
  const dims = messages(tensor, 2).flatMap((shape) => messages(shape, 1))
  return {
    name: text(first(port, 1)),
    type: Number(first(tensor, 1)),
    dims: dims.map((dim) => (dim.has(2) ? text(first(dim, 2)) : Number(first(dim, 1)))),
  }
}

/** How often each operator occurs, bodies included. */
export function countOps(graph: ReadGraph): Record<string, number> {
  const counts: Record<string, number> = {}
  const visit = ({ nodes }: ReadGraph): void => {
    for (const { op, bodies } of nodes) {
      counts[op] = (counts[op] ?? 0) + 1
      Object.values(bodies).forEach(visit)
    }
  }
  visit(graph)
  return counts
}
