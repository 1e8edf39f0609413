import type { Attributes, Graph, HostArray, OpName, Tensor } from '@dragoman/core'
import { trace } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import { countOf } from '../array.ts'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import type { Tolerance } from '../compare.ts'
import { epsilonOf } from '../compare.ts'
import type { Level } from '../level.ts'
import { expectedOf, roundTo } from '../oracle.ts'
import type { Precision } from '../run-graph.ts'
import { tolerances } from '../tolerances.ts'

/** One application of an op; what it gives is what the float64 reference gives. */
export interface OpSample<O extends OpName> {
  readonly name: string
  readonly inputs: readonly HostArray[]
  readonly attributes: Attributes<O>
}

/** The graph of a sample: operands are the inputs `0`, `1`, …, results are the outputs `result 0`, …. */
export function graphOf<O extends OpName>(op: O, { inputs, attributes }: OpSample<O>): Graph {
  return trace(op, (place) => {
    const operands = inputs.map(({ kind, shape }, i) => place.input(`${i}`, kind, shape))
    return named(place.emit(op, operands, attributes))
  })
}

function named(results: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(results.map((result, i) => [`result ${i}`, result]))
}

/** A case of one op on one set of inputs. */
export function sampleCase<O extends OpName>(op: O, sample: OpSample<O>, level: Level): ConformanceCase {
  const body = async (context: CaseContext) => {
    const graph = graphOf(op, sample)
    const given = Object.fromEntries(sample.inputs.map((input, i) => [`${i}`, input]))
    await expectSample(context, op, graph, given, await context.run(graph, given))
  }
  return conformanceCase(level, `${op} ${sample.name}`, body, { ops: [op] })
}

/** Holds what a graph of one op gave to the reference, within the tolerance of the op. */
export async function expectSample(
  context: CaseContext,
  op: OpName,
  graph: Graph,
  given: Arrays,
  got: Arrays,
): Promise<void> {
  const { precision } = context
  const terms = termsOf(op, graph, given)
  const results = await expectedOf(graph, given)
  const flushed = hasSubnormal(given) ? await expectedOf(graph, withoutSubnormals(given)) : {}
  const sizes = tolerances[op].ofTerms ? await expectedOf(graph, withoutSigns(given)) : {}
  for (const [output, exact] of Object.entries(results)) {
    const tolerance = toleranceOf(op, terms, precision, sizes[output])
    const expected = roundTo(exact, precision)
    const other = flushed[output]
    const want = other ? nearer(got[output]!, expected, roundTo(other, precision)) : expected
    context.expectClose({ [output]: got[output]! }, { [output]: want }, tolerance)
  }
}

const isSubnormal = (x: number) => x !== 0 && Math.abs(x) < 2 ** -126

function hasSubnormal(given: Arrays): boolean {
  return Object.values(given).some(({ kind, data }) => kind === 'float' && data.some(isSubnormal))
}

/** An engine may read numbers too small to be normal as 0. */
function withoutSubnormals(given: Arrays): Arrays {
  return mapFloats(given, (x) => (isSubnormal(x) ? 0 : x))
}

/** Of two arrays that may be expected, each element that is nearer to what came. */
function nearer(got: HostArray, expected: HostArray, other: HostArray): HostArray {
  const data = expected.data.slice()
  got.data.forEach((x, i) => {
    const isOther = x === other.data[i] || Math.abs(x - other.data[i]!) < Math.abs(x - data[i]!)
    if (isOther) data[i] = other.data[i]!
  })
  return { ...expected, data }
}

function toleranceOf(
  op: OpName,
  terms: number,
  precision: Precision,
  sizes: HostArray | undefined,
): Tolerance {
  const { ulp, absolute = 0, ofLargest } = tolerances[op]
  const count = ulp(terms)
  const epsilon = epsilonOf(precision)
  const chained = (ofLargest?.(terms) ?? 0) * epsilon
  const scale = precision === 'float32' ? 1 : epsilon / epsilonOf('float32')
  return {
    absolute: absolute * scale + chained,
    ulp: { count, precision },
    ...(ofLargest ? { of: 'largest', relative: chained } : {}),
    ...(sizes?.kind === 'float' ? { each: Array.from(sizes.data, (size) => count * epsilon * size) } : {}),
  }
}

/** Inputs whose sums are those of the sizes of the terms. */
function withoutSigns(given: Arrays): Arrays {
  return mapFloats(given, Math.abs)
}

function mapFloats(given: Arrays, change: (x: number) => number): Arrays {
  const changed = (array: HostArray): HostArray =>
    array.kind === 'float' ? { ...array, data: Float64Array.from(array.data, (x) => change(x)) } : array
  return Object.fromEntries(Object.entries(given).map(([name, array]) => [name, changed(array)]))
}

/** How many terms one element of the result sums. */
function termsOf(op: OpName, graph: Graph, given: Arrays): number {
  const node = graph.nodes.find((each) => each.op === op)
  const shape = given['0']?.shape ?? []
  switch (node?.op) {
    case 'matmul':
      return shape.at(node.attributes.transposeA ? -2 : -1)!
    case 'reduceSum':
      return countOf(node.attributes.axes.map((axis) => shape[axis]!))
    case 'scatterAdd':
    case 'scatterAlong':
      return countOf(shape)
    default:
      return shape.at(-1) ?? 1
  }
}
