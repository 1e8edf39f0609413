import { OptionError, ShapeError } from '../errors.ts'
import type { Bindings, Dim, Shape } from '../graph/dims.ts'
import { evaluateDim, formatShape, isSymbol } from '../graph/dims.ts'
import type { Graph, Kind, ValueType } from '../graph/graph.ts'
import type { HostArray, HostData, ProgramInputs } from './contract.ts'

/**
 * The sizes that the symbols of a graph's inputs have in one run, after every input was checked.
 *
 * @throws ShapeError when an input is missing, unknown, or has another kind or shape.
 */
export function bindInputs(graph: Graph, inputs: ProgramInputs): Bindings {
  for (const name of Object.keys(inputs)) {
    if (!graph.inputs.some((port) => port.name === name)) fail(graph, `there is no input '${name}'`)
  }
  const expected = graph.inputs.map(({ name, value }) => ({ name, type: graph.values[value]! }))
  for (const { name, type } of expected) {
    const given = inputs[name]
    if (!given) fail(graph, `input '${name}' is missing; it is ${type.kind} ${formatShape(type.shape)}`)
    if (!Array.isArray(given.shape)) {
      fail(
        graph,
        `input '${name}' is neither a device array nor a host array: hostArray makes one of numbers`,
      )
    }
    if (given.kind !== type.kind) mismatch(graph, name, type, given)
    if (given.shape.length !== type.shape.length) mismatch(graph, name, type, given)
  }
  const bindings = bindSymbols(graph, inputs)
  for (const { name, type } of expected) {
    const given = inputs[name]!
    const fits = type.shape.every((dim, axis) => evaluateDim(dim, bindings) === given.shape[axis])
    if (!fits) mismatch(graph, name, type, given, bindings)
  }
  return bindings
}

/**
 * Checks what is given to a backend's `compile` as the names of constants.
 *
 * @throws OptionError for one that is no input of the graph.
 */
export function checkConstants(graph: Graph, constants: readonly string[]): void {
  const unknown = constants.find((name) => !graph.inputs.some((port) => port.name === name))
  if (unknown === undefined) return
  throw new OptionError({ option: 'constants', problem: `${graph.name} has no input '${unknown}'` })
}

/** The sizes of the symbols that the given inputs introduce; nothing is checked. */
export function bindSymbols(graph: Graph, inputs: ProgramInputs): Bindings {
  const bindings: Record<string, number> = {}
  for (const { name, value } of graph.inputs) {
    const given = inputs[name]
    graph.values[value]!.shape.forEach((dim, axis) => {
      const size = given?.shape[axis]
      if (isSymbol(dim) && size !== undefined) bindings[dim] ??= size
    })
  }
  return bindings
}

function mismatch(
  graph: Graph,
  name: string,
  type: ValueType,
  given: { readonly kind: Kind; readonly shape: readonly number[] },
  bindings: Bindings = {},
): never {
  const symbols = type.shape.filter((dim): dim is string => typeof dim === 'string' && dim in bindings)
  const sizes = [...new Set(symbols)].map((symbol) => `${symbol} = ${bindings[symbol]}`)
  throw new ShapeError({
    op: graph.name,
    problem: `input '${name}' has another kind or shape than the graph takes`,
    inputs: [
      { label: 'takes', kind: type.kind, shape: type.shape },
      { label: 'given', kind: given.kind, shape: given.shape },
    ],
    hint: sizes.length > 0 ? `other inputs say that ${sizes.join(', ')}` : undefined,
  })
}

function fail(graph: Graph, problem: string): never {
  throw new ShapeError({ op: graph.name, problem })
}

/** Sizes of a value in one run; throws ShapeError when one of them is negative. */
export function boundShape(graph: Graph, shape: Shape, bindings: Bindings): number[] {
  return shape.map((dim: Dim) => {
    const size = evaluateDim(dim, bindings)
    if (size < 0) fail(graph, `the size ${dim} is ${size} in this run; the input is too short for this graph`)
    return size
  })
}

/** Throws ShapeError unless the data of a host array fit its kind and shape. */
export function checkHostArray({ kind, shape, data }: HostArray): void {
  const count = shape.reduce((product, dim) => product * dim, 1)
  const fits =
    kind === 'float'
      ? data instanceof Float32Array || data instanceof Float64Array
      : data instanceof (kind === 'int' ? Int32Array : Uint8Array)
  if (!fits || data.length !== count || shape.some((dim) => !Number.isInteger(dim) || dim < 0)) {
    throw new ShapeError({
      op: 'upload',
      problem: `${data.constructor.name} of ${data.length} elements is not a ${kind} array of ${count}`,
      inputs: [{ label: 'array', kind, shape }],
    })
  }
}

/** A host array of a kind; float data become Float32Array, bool data 0 and 1 (for anything but 0). */
export function hostArray(kind: Kind, shape: readonly number[], data: ArrayLike<number>): HostArray {
  const typed: HostData =
    kind === 'float'
      ? Float32Array.from(data)
      : kind === 'int'
        ? Int32Array.from(data)
        : Uint8Array.from(data, (x) => (x ? 1 : 0))
  const array = { kind, shape, data: typed }
  checkHostArray(array)
  return array
}
