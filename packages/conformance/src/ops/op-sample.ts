import type { Attributes, HostArray, PrimitiveName } from '@dragoman/core'
import { reference, trace } from '@dragoman/core'
import type { ConformanceCase, Tolerances } from '../case.ts'
import { conformanceCase } from '../case.ts'
import { exact } from '../compare.ts'
import { runGraph } from '../run-graph.ts'

/** One application of an op; what it gives is what the float64 reference gives. */
export interface OpSample<O extends PrimitiveName> {
  readonly name: string
  readonly inputs: readonly HostArray[]
  readonly attributes: Attributes<O>
}

/** The graph of a sample: operands are the inputs `0`, `1`, …, the result is the output `result`. */
export function sampleCase<O extends PrimitiveName>(
  op: O,
  { name, inputs, attributes }: OpSample<O>,
): ConformanceCase {
  return conformanceCase('ops', `${op} ${name}`, async (context) => {
    const graph = trace(op, (place) => {
      const operands = inputs.map(({ kind, shape }, i) => place.input(`${i}`, kind, shape))
      return { result: place.emit(op, operands, attributes)[0]! }
    })
    const given = Object.fromEntries(inputs.map((input, i) => [`${i}`, input]))
    const oracle = reference()
    const expected = await runGraph(oracle, graph, given)
    await oracle.dispose()
    const isFloat = expected.result!.kind === 'float'
    context.expectClose(await context.run(graph, given), expected, (isFloat && tolerances[op]) || exact)
  })
}

/** A float32 tolerance in units in the last place (2⁻²³ of the result), and absolute near 0. */
function ulps(count: number, absolute = 0): Tolerances {
  return {
    float64: { relative: count * 2 ** -52, of: 'each', absolute: absolute * 2 ** -29 },
    float32: { relative: count * 2 ** -23, of: 'each', absolute },
  }
}

/** Sums of at most 70 terms of size 4 at most: 70 · 4 · 2⁻²⁴ where they cancel. */
const sums: Tolerances = {
  float64: { relative: 1e-14, of: 'largest', absolute: 1e-13 },
  float32: { relative: 1e-6, of: 'largest', absolute: 2e-5 },
}

/** What rounds. Ops that are not here move, choose or compare, and agree to the bit. */
const tolerances: { readonly [O in PrimitiveName]?: Tolerances } = {
  exp: ulps(32),
  log: ulps(3, 2e-7),
  sqrt: ulps(1),
  tanh: ulps(32, 1e-7),
  sigmoid: ulps(34),
  erf: ulps(32, 2e-7),
  sin: ulps(4, 5e-7),
  cos: ulps(4, 5e-7),
  pow: ulps(32),
  add: ulps(1),
  sub: ulps(1),
  mul: ulps(1),
  div: ulps(2),
  reduceSum: sums,
  scatterAdd: sums,
  scatterAlong: sums,
  matmul: sums,
}
