import type { Graph, HostArray, Model, Seq2Seq, StepOptions } from '@dragoman/core'
import {
  decodeStepGraph,
  encodeGraph,
  lower,
  OptionError,
  scoreGraph,
  simplify,
  startGraph,
  stepGraph,
} from '@dragoman/core'
import { onnxComposites, wholeRecurrents, writeModel } from '../model/index.ts'

/** What of a model is written; see {@link toOnnx}. */
export type OnnxPart = 'encode' | 'start' | 'step' | 'score' | 'train'

/** How a graph becomes a file. */
export interface GraphToOnnxOptions {
  /** Values of inputs, by name, that become part of the file and are no longer inputs of it. */
  readonly constants?: Readonly<Record<string, HostArray>>
  /** Stands in the file for people to read. */
  readonly documentation?: string
  /** Stands in the file as its `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** How a model becomes files. */
export interface ModelToOnnxOptions {
  /** Which files; default `encode`, `start` and `step`. */
  readonly parts?: readonly OnnxPart[]
  /** What a train step is made with, and needed for `train`. */
  readonly train?: StepOptions
}

/** Files by name. */
export type OnnxFiles = Readonly<Record<`${string}.onnx`, Uint8Array>>

/**
 * Writes a graph as an ONNX file: standard operators of opset 18, IR version 8. Inputs and outputs keep their
 * names, but an output that has the name of an input, as the state of a step does, is called `next.<name>`.
 * float is float32, int is int32, bool is bool; symbols of dims are named axes. Dropout masks that
 * the graph draws become inputs `dropoutMask.<n>`: ones, where nothing shall be dropped.
 *
 * @throws UnsupportedOpError for an op that ONNX cannot say; OptionError for an unknown option, or a constant that is no
 *   input; ShapeError for one of another kind or shape.
 */
export function toOnnx(graph: Graph, options?: GraphToOnnxOptions): Uint8Array
/**
 * Writes a model as ONNX files, with its weights in them; ids are int32, `source` [batch, source] ends in <eos>.
 *
 * - `encode.onnx`: source, sourceLengths → states, context, final.*
 * - `start.onnx`: source, sourceLengths, and for a Transformer room [capacity] → state.*, memory.*: encodes, and
 *   gives what a decoder begins with. Caches hold `capacity` tokens.
 * - `step.onnx`: ids [rows], parents [rows], state.*, memory.* → logProbabilities [rows, V], weights, next.state.*:
 *   one token further; row i goes on from the state of row parents[i].
 * - `score.onnx`: source, sourceLengths, targetInput, targetOutput → nats of each target token.
 * - `train.onnx`: a train step, whose weights and moments are inputs and outputs; see core's `stepGraph`.
 *
 * @throws OptionError for an unknown option or part, or for `train` without its options.
 */
export function toOnnx(model: Seq2Seq, options?: ModelToOnnxOptions): Promise<OnnxFiles>
export function toOnnx(
  what: Graph | Seq2Seq,
  options: GraphToOnnxOptions | ModelToOnnxOptions = {},
): Uint8Array | Promise<OnnxFiles> {
  if ('nodes' in what) {
    expectOptions('a graph', options, ['constants', 'documentation', 'metadata'])
    return graphToOnnx(what, options as GraphToOnnxOptions)
  }
  return modelToOnnx(what, options as ModelToOnnxOptions)
}

function expectOptions(what: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new OptionError({
    option: unknown,
    problem: `toOnnx of ${what} has no such option`,
    hint: `known: ${known.join(', ')}`,
  })
}

function graphToOnnx(graph: Graph, options: GraphToOnnxOptions): Uint8Array {
  const whole = new Set([...onnxComposites, ...wholeRecurrents(simplify(graph))])
  return writeModel(lower(graph, whole).graph, options).bytes
}

interface Part {
  readonly documentation: string
  graph(model: Model, options: ModelToOnnxOptions): Graph
}

const parts: { readonly [P in OnnxPart]: Part } = {
  encode: {
    documentation: 'Encodes a batch of sources: source ids and their lengths to the states of the encoder.',
    graph: encodeGraph,
  },
  start: {
    documentation:
      'Encodes a batch of sources and gives the state and the memory that a decoder begins with.',
    graph: startGraph,
  },
  step: {
    documentation: 'One token further: ids of the tokens before to log-probabilities of the next ones.',
    graph: (model) => decodeStepGraph(model, startGraph(model), { reorder: true, attention: 'weights' }),
  },
  score: {
    documentation: 'Negative log-probabilities, in nats, of given targets.',
    graph: scoreGraph,
  },
  train: {
    documentation: 'One train step: loss, gradient norm, and weights and moments after it.',
    graph(model, { train }) {
      if (train) return stepGraph(model, train)
      throw new OptionError({
        option: 'train',
        problem: "the part 'train' needs to know what a step does",
        hint: 'give train: { optimizer: adam(), labelSmoothing: 0, clipNorm: 1, … }',
      })
    },
  },
}

async function modelToOnnx(seq2seq: Seq2Seq, options: ModelToOnnxOptions): Promise<OnnxFiles> {
  expectOptions('a model', options, ['parts', 'train'])
  const wanted = options.parts ?? ['encode', 'start', 'step']
  const unknown = wanted.find((part) => !Object.hasOwn(parts, part))
  if (unknown !== undefined) {
    throw new OptionError({
      option: 'parts',
      problem: `'${unknown}' is no part of a model`,
      hint: `use ${Object.keys(parts).join(', ')}`,
    })
  }
  if (options.train && !wanted.includes('train')) {
    throw new OptionError({
      option: 'train',
      problem: `options of a train step are given, but the parts are ${wanted.join(', ')}`,
      hint: "add 'train' to parts",
    })
  }
  const weights = await seq2seq.weights()
  const metadata = { config: JSON.stringify(seq2seq.config) }
  const files: Record<string, Uint8Array> = {}
  for (const name of wanted) {
    const { documentation, graph: graphOf } = parts[name]
    const graph = graphOf(seq2seq.model, options)
    const own = name === 'train' ? [] : graph.inputs.filter((input) => weights.has(input.name))
    const constants = Object.fromEntries(own.map((input) => [input.name, weights.get(input.name)!]))
    files[`${name}.onnx`] = graphToOnnx(graph, { constants, documentation, metadata })
  }
  return files
}
