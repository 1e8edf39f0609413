import { Message } from './message.ts'

/** Element types of tensors that are written, with their numbers in `TensorProto.DataType`. */
export const dataTypes = { float: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const

export type DataType = keyof typeof dataTypes

/** A tensor with its elements. */
export interface TensorProto {
  readonly name?: string
  readonly type: DataType
  readonly dims: readonly number[]
  /** Row-major, little-endian; bools take a byte each. */
  readonly data: Uint8Array
}

/** An attribute: an integer, a float, a text, integers, a tensor or a graph. */
export type AttributeValue =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly tensor: TensorProto }
  | { readonly graph: GraphProto }

export interface NodeProto {
  readonly op: string
  readonly name?: string
  /** '' where an optional input is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, AttributeValue>>
}

/** Name, element type and shape of an input or output; a dim is a number or a name. */
export interface ValueInfo {
  readonly name: string
  readonly type: DataType
  readonly dims: readonly (number | string)[]
  readonly documentation?: string
}

export interface GraphProto {
  readonly name: string
  readonly documentation?: string
  readonly nodes: readonly NodeProto[]
  readonly initializers?: readonly TensorProto[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
}

export interface ModelProto {
  readonly irVersion: number
  readonly producerName: string
  readonly producerVersion: string
  readonly documentation?: string
  /** Version of each domain's operator set. */
  readonly operatorSets: Readonly<Record<string, number>>
  readonly metadata?: Readonly<Record<string, string>>
  readonly graph: GraphProto
}

/**
 * The bytes of an ONNX file.
 *
 * Source of the field numbers: onnx.proto (ONNX 1.13, IR version 8, and 1.14, IR version 9).
 */
export function encodeModel(model: ModelProto): Uint8Array {
  const message = new Message()
    .int(1, model.irVersion)
    .text(2, model.producerName)
    .text(3, model.producerVersion)
  if (model.documentation) message.text(6, model.documentation)
  message.message(7, encodeGraph(model.graph))
  for (const [domain, version] of Object.entries(model.operatorSets)) {
    message.message(8, new Message().text(1, domain).int(2, version))
  }
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    message.message(14, new Message().text(1, key).text(2, value))
  }
  return message.finish()
}

function encodeGraph(graph: GraphProto): Message {
  const message = new Message()
  for (const node of graph.nodes) message.message(1, encodeNode(node))
  message.text(2, graph.name)
  for (const tensor of graph.initializers ?? []) message.message(5, encodeTensor(tensor))
  if (graph.documentation) message.text(10, graph.documentation)
  for (const input of graph.inputs) message.message(11, encodeValueInfo(input))
  for (const output of graph.outputs) message.message(12, encodeValueInfo(output))
  return message
}

function encodeNode(node: NodeProto): Message {
  const message = new Message()
  for (const input of node.inputs) message.text(1, input)
  for (const output of node.outputs) message.text(2, output)
  if (node.name) message.text(3, node.name)
  message.text(4, node.op)
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    message.message(5, encodeAttribute(name, value))
  }
  return message
}

const attributeTypes = { float: 1, int: 2, text: 3, tensor: 4, graph: 5, ints: 7 } as const

function encodeAttribute(name: string, value: AttributeValue): Message {
  const message = new Message().text(1, name)
  if ('float' in value) return message.float(2, value.float).int(20, attributeTypes.float)
  if ('int' in value) return message.int(3, value.int).int(20, attributeTypes.int)
  if ('text' in value) return message.text(4, value.text).int(20, attributeTypes.text)
  if ('tensor' in value) return message.message(5, encodeTensor(value.tensor)).int(20, attributeTypes.tensor)
  if ('graph' in value) return message.message(6, encodeGraph(value.graph)).int(20, attributeTypes.graph)
  for (const int of value.ints) message.int(8, int)
  return message.int(20, attributeTypes.ints)
}

function encodeTensor(tensor: TensorProto): Message {
  const message = new Message()
  for (const dim of tensor.dims) message.int(1, dim)
  message.int(2, dataTypes[tensor.type])
  if (tensor.name) message.text(8, tensor.name)
  return message.bytes(9, tensor.data)
}

function encodeValueInfo(value: ValueInfo): Message {
  const shape = new Message()
  for (const dim of value.dims) {
    shape.message(1, typeof dim === 'number' ? new Message().int(1, dim) : new Message().text(2, dim))
  }
  const tensor = new Message().int(1, dataTypes[value.type]).message(2, shape)
  const message = new Message().text(1, value.name).message(2, new Message().message(1, tensor))
  return value.documentation ? message.text(3, value.documentation) : message
}
