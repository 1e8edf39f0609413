import type { Graph, HostArray, OpName, Shape, Tensor } from '@dragoman/core'
import { add, evaluateShape, gradients, mul, reduceSum, reference, Session, trace } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import { floats } from '../array.ts'
import type { CaseContext, ConformanceCase, Tolerances } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { firstDifference } from '../compare.ts'
import { Generator } from '../generator.ts'
import { MismatchError } from '../mismatch-error.ts'
import { runIn } from '../run-graph.ts'
import { finiteDifferences } from './finite-differences.ts'

type F = Tensor<'float'>

/** An input of a gradient case; `dims` names sizes, so that the gradient must work with symbols. */
export interface GradientInput {
  readonly array: HostArray
  readonly dims?: Shape
}

/** A function whose gradient is checked. */
export interface GradientCase {
  /** The op that the case is about. */
  readonly op: OpName
  /** Tells the cases of an op apart. */
  readonly name: string
  readonly inputs: Readonly<Record<string, HostArray | GradientInput>>
  /** Outputs by name; float tensors of any shape. */
  readonly build: (inputs: Inputs) => Readonly<Record<string, Tensor>>
  /** Inputs to differentiate by; all floats by default. */
  readonly wrt?: readonly string[]
  /**
   * Gradients of Σ of the outputs where finite differences have no answer: at ties of three or more, at
   * the edge of a domain. They follow from a rule that `source` states.
   */
  readonly expected?: Readonly<Record<string, readonly number[]>>
  readonly source?: string
}

/** The tensors of a case, each with the kind that its array has. */
export type Inputs = Readonly<Record<string, F>>

/**
 * Each op rounds by half a unit in the last place of its result (6e-8 of it in float32), and the longest
 * cases chain some hundred of them, of random sign. Elements compare with the largest gradient, because
 * cancellation makes small elements out of large terms. The WebAssembly backend stays below 1e-6.
 */
const tolerances: Tolerances = {
  float64: { relative: 1e-12, of: 'largest', absolute: 1e-15 },
  float32: { relative: 1e-5, of: 'largest', absolute: 1e-7 },
}

/** The graphs of a case and their inputs, with a cotangent for each output. */
export interface TracedCase {
  /** Its only output is the scalar `loss` = Σ outputs · cotangents. */
  readonly loss: Graph
  /** The outputs, and the gradient of the loss by each of `wrt`. */
  readonly gradient: Graph
  readonly inputs: Arrays
  readonly wrt: readonly string[]
}

function asInput(given: HostArray | GradientInput): GradientInput {
  return 'array' in given ? given : { array: given }
}

/** Traces the loss of a case, and its gradients. */
export function traceCase(each: GradientCase): TracedCase {
  const name = `${each.op} ${each.name}`
  const given = Object.entries(each.inputs).map(([key, input]) => [key, asInput(input)] as const)
  const wrt = each.wrt ?? given.filter(([, { array }]) => array.kind === 'float').map(([key]) => key)
  const arrays: Record<string, HostArray> = Object.fromEntries(given.map(([key, { array }]) => [key, array]))
  const bindings: Record<string, number> = {}
  for (const [, { array, dims = [] }] of given) {
    dims.forEach((dim, axis) => {
      bindings[dim] = array.shape[axis]!
    })
  }
  const generator = new Generator(1, name)
  const graphOf = (withGradients: boolean) =>
    trace(name, (place) => {
      const inputs = Object.fromEntries(
        given.map(([key, { array, dims }]) => [key, place.input(key, array.kind, dims ?? array.shape) as F]),
      )
      const outputs = each.build(inputs) as Inputs
      const terms = Object.entries(outputs).map(([key, output]) => {
        if (each.expected) return reduceSum(output)
        arrays[`cotangent.${key}`] ??= generator.floats(evaluateShape(output.shape, bindings))
        return reduceSum(mul(output, place.input(`cotangent.${key}`, 'float', output.shape)))
      })
      const loss = terms.reduce((a, b) => add(a, b))
      if (!withGradients) return { loss }
      const results = gradients(
        loss,
        wrt.map((key) => inputs[key]!),
      )
      return { ...outputs, ...Object.fromEntries(wrt.map((key, i) => [`gradient of ${key}`, results[i]!])) }
    })
  return { loss: graphOf(false), gradient: graphOf(true), inputs: arrays, wrt }
}

/** Runs a gradient case: rule against finite differences, then the backend against the reference. */
export function gradientConformance(each: GradientCase): ConformanceCase {
  let expected: Promise<Record<string, HostArray>> | undefined
  const body = async (context: CaseContext) => {
    const traced = traceCase(each)
    expected ??= expectedOf(each, traced, context)
    context.expectClose(await context.run(traced.gradient, traced.inputs), await expected, tolerances)
  }
  return conformanceCase('gradients', `${each.op} ${each.name}`, body, { ops: [each.op] })
}

/**
 * What the gradient graph gives on the float64 reference, after a check against central differences of the
 * loss. The differences are of fourth order with a step of 1e-3: their error is near 1e-11 of the largest
 * gradient for functions as smooth as these, so 1e-8 leaves room for their fifth derivatives.
 */
async function expectedOf(
  each: GradientCase,
  { loss, gradient, inputs, wrt }: TracedCase,
  { id }: CaseContext,
): Promise<Record<string, HostArray>> {
  const session = new Session(reference())
  const results = await runIn(session, gradient, inputs)
  for (const key of wrt) {
    const output = `gradient of ${key}`
    const want = each.expected
      ? floats(inputs[key]!.shape, each.expected[key]!)
      : await finiteDifferences(session, loss, inputs, key)
    const tolerance = { relative: 1e-8, of: 'largest', absolute: 1e-9 } as const
    const difference = firstDifference(results[output]!, want, tolerance)
    if (difference) {
      const by = each.expected ? 'the rule' : 'finite differences'
      throw new MismatchError({ caseId: id, output: `${output} in core, by ${by},`, ...difference })
    }
  }
  await session.dispose()
  return results
}
