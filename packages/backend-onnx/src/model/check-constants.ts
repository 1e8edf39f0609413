import {
  checkHostArray,
  type Dim,
  evaluateDim,
  type Graph,
  type HostArray,
  OptionError,
  ShapeError,
  symbolsOf,
} from '@dragoman/core/backend'

/**
 * Checks that the values of constants are what inputs of the graph take, and agree on the sizes of symbols.
 *
 * @throws OptionError for one that is no input or no host array; ShapeError for another kind or shape.
 */
export function checkConstants(graph: Graph, constants: Readonly<Record<string, HostArray>>): void {
  for (const [name, array] of Object.entries(constants)) {
    expectInput(graph, name)
    expectHostArray(name, array)
  }
  const bindings: Record<string, number> = {}
  const given = graph.inputs.filter(({ name }) => Object.hasOwn(constants, name))
  for (const { name, value } of given) {
    const { kind, shape } = graph.values[value]!
    const array = constants[name]!
    if (array.kind !== kind || array.shape.length !== shape.length) mismatch(graph, name, array)
    shape.forEach((dim, axis) => {
      if (isPlain(dim)) bindings[dim] ??= array.shape[axis]!
    })
  }
  for (const { name, value } of given) {
    const array = constants[name]!
    const fits = graph.values[value]!.shape.every((dim, axis) => {
      // Other symbols get their sizes from other inputs, in the run.
      const isKnown = typeof dim === 'number' || symbolsOf(dim).every((symbol) => symbol in bindings)
      return !isKnown || evaluateDim(dim, bindings) === array.shape[axis]
    })
    if (!fits) mismatch(graph, name, array, bindings)
  }
}

function isPlain(dim: Dim): dim is string {
  return typeof dim === 'string' && symbolsOf(dim).join() === dim
}

function expectInput(graph: Graph, name: string): void {
  if (graph.inputs.some((input) => input.name === name)) return
  throw new OptionError({
    option: 'constants',
    problem: `the graph '${graph.name}' has no input '${name}'`,
    hint: `it has ${graph.inputs.map((input) => input.name).join(', ')}`,
  })
}

function expectHostArray(name: string, array: HostArray): void {
  const isHostArray = Array.isArray(array?.shape) && ArrayBuffer.isView(array.data)
  if (!isHostArray) {
    throw new OptionError({
      option: 'constants',
      problem: `'${name}' is no host array`,
      hint: 'give { kind, shape, data }, as hostArray makes it; read arrays of a backend first',
    })
  }
  checkHostArray(array)
}

function mismatch(
  graph: Graph,
  name: string,
  given: HostArray,
  bindings: Readonly<Record<string, number>> = {},
): never {
  const { kind, shape } = graph.values[graph.inputs.find((input) => input.name === name)!.value]!
  const symbols = Object.entries(bindings).map(([symbol, size]) => `${symbol} = ${size}`)
  throw new ShapeError({
    op: graph.name,
    problem: `the constant '${name}' has another kind or shape than the graph takes`,
    inputs: [
      { label: 'takes', kind, shape },
      { label: 'given', kind: given.kind, shape: given.shape },
    ],
    hint: symbols.length > 0 ? `the constants say that ${symbols.join(', ')}` : undefined,
  })
}
