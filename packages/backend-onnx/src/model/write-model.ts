import type { Graph, HostArray, Kind, Shape } from '@dragoman/core/backend'
import manifest from '../../package.json' with { type: 'json' }
import { encodeModel } from '../protobuf/onnx.ts'
import type { Dialect } from './builder.ts'
import { Builder } from './builder.ts'
import { checkConstants } from './check-constants.ts'
import { writeGraph } from './graph-writer.ts'
import { typeOf } from './literals.ts'
import { finishGraph } from './model-proto.ts'

/** How a graph is written. */
export interface WriteOptions {
  /** Inputs, by name, that become initializers: part of the model, and no longer inputs of it. */
  readonly constants?: Readonly<Record<string, HostArray>>
  /** `runtime` for a session of ONNX Runtime, in a form that is faster there; default `standard`, for any engine. */
  readonly dialect?: Dialect
  /** Name of the backend in errors; default `onnx`. */
  readonly backend?: string
  /** For a GPU, whose functions may lose NaN, and be right to 2^−11 only: they are mended; default false. */
  readonly hasLooseMath?: boolean
  /** Stands in the model for people to read. */
  readonly documentation?: string
  /** Stands in the model as its `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** An input or output of a written model. */
export interface OnnxPort {
  /** In the graph. */
  readonly name: string
  /** In the model; other than `name` where an output would have the name of an input. */
  readonly onnxName: string
  readonly kind: Kind
  readonly shape: Shape
}

/** An ONNX model and its ports, in the order of the graph. */
export interface WrittenModel {
  /** The file. */
  readonly bytes: Uint8Array
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  /** Number of nodes, those of bodies included. */
  readonly nodes: number
}

const operatorSet = 18
const irVersion = 8

/**
 * A graph as an ONNX model, opset 18: float is float32, int is int32, bool is bool; symbols of dims are named
 * dynamic axes. An output whose name an input has is called `next.<name>`, as the state of a step is.
 *
 * @param graph lowered to primitives and `onnxComposites`.
 * @throws UnsupportedOpError for an op that cannot be written; OptionError or ShapeError for constants that do not fit.
 */
export function writeModel(graph: Graph, options: WriteOptions = {}): WrittenModel {
  const { constants = {}, dialect = 'standard', backend = 'onnx', documentation, metadata } = options
  checkConstants(graph, constants)
  const ports = portsOf(graph)
  const given = new Map(Object.entries(constants))
  const reserved = [...ports.inputs, ...ports.outputs].map(({ onnxName }) => onnxName)
  const b = new Builder({ dialect, backend, reserved, hasLooseMath: options.hasLooseMath ?? false })
  const values = ports.inputs.map(({ name, kind, shape }) => {
    const constant = given.get(name)
    return constant ? b.initializer(name, shape, constant) : b.input(name, { type: typeOf[kind], shape })
  })
  const results = writeGraph(b, graph, values)
  const inputs = values.filter((_, i) => !given.has(ports.inputs[i]!.name))
  const outputs = ports.outputs.map(({ onnxName }, i) => ({ name: onnxName, value: results[i]! }))
  const { graph: proto, nodes } = finishGraph(b, graph.name, inputs, outputs)
  const bytes = encodeModel({
    irVersion,
    producerName: 'dragoman',
    producerVersion: manifest.version,
    ...(documentation !== undefined && { documentation }),
    ...(metadata && { metadata }),
    operatorSets: { '': operatorSet },
    graph: proto,
  })
  return { bytes, inputs: ports.inputs.filter(({ name }) => !given.has(name)), outputs: ports.outputs, nodes }
}

function portsOf(graph: Graph): { inputs: OnnxPort[]; outputs: OnnxPort[] } {
  const taken = new Set(graph.inputs.map(({ name }) => name))
  const inputs = graph.inputs.map(({ name, value }) => ({ name, onnxName: name, ...graph.values[value]! }))
  const outputs = graph.outputs.map(({ name, value }) => {
    let onnxName = name
    while (taken.has(onnxName)) onnxName = `next.${onnxName}`
    taken.add(onnxName)
    return { name, onnxName, ...graph.values[value]! }
  })
  return { inputs, outputs }
}
