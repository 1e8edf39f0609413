import type { HostArray, Parameter, Tensor, Trace } from '@dragoman/core'
import { add, gradients, mul, reduceSum, trace } from '@dragoman/core'
import type { Arrays } from '../array.ts'
import { floats, ints } from '../array.ts'
import type { CaseContext, ConformanceCase, Tolerances } from '../case.ts'
import { conformanceCase } from '../case.ts'

type F = Tensor<'float'>

/** A tensor as the golden scripts write it. */
export interface FixtureTensor {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

type FixtureTensors = Readonly<Record<string, FixtureTensor>>

/** A case of `goldens/*.json` with gradients; goldens/README.md has the format. */
export interface GradientFixture<C> {
  readonly id: string
  readonly source: string
  readonly config: C
  readonly inputs: FixtureTensors
  readonly parameters: FixtureTensors
  readonly cotangents: FixtureTensors
  readonly outputs: FixtureTensors
  readonly gradients: FixtureTensors
}

/** A golden file. */
export interface FixtureFile<T> {
  readonly cases: readonly T[]
}

/** What core makes of a fixture: its outputs by the fixture's names, and the weights that it declared. */
export interface Rebuilt {
  readonly outputs: Readonly<Record<string, F>>
  readonly parameters: readonly Parameter[]
}

/**
 * The issue asks for 1e-5 relative. In float32 that is some hundred roundings of the largest element;
 * float64 is compared with another order of the same sums.
 */
export const goldenTolerances: Tolerances = {
  float64: { relative: 1e-11, of: 'largest', absolute: 1e-15 },
  float32: { relative: 1e-5, of: 'largest', absolute: 1e-7 },
}

/** As above, for what is flat: a share of the largest gradient of all. */
const flatShare = { float64: 1e-11, float32: 1e-5 }

/** A float fixture as a host array. */
export function toFloats({ shape, data }: FixtureTensor): HostArray {
  return floats(shape, data)
}

/** Float fixtures by name. */
export function allFloats(tensors: FixtureTensors): Record<string, HostArray> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, toFloats(tensor)]))
}

const intInputs = new Set(['source', 'ids', 'targets'])

/**
 * Outputs and gradients of one fixture.
 *
 * @param group  names the golden file in the case's id.
 * @param prefix stands before the fixture's names of parameters in core.
 * @param build  the same model in core, from the fixture's inputs.
 */
export function goldenCase<C>(
  group: string,
  fixture: GradientFixture<C>,
  prefix: string,
  build: (place: Trace, inputs: Readonly<Record<string, F>>, config: C) => Rebuilt,
): ConformanceCase {
  return conformanceCase('goldens', `${group} ${fixture.id}`, async (context) => {
    const arrays: Record<string, HostArray> = {}
    const graph = trace(fixture.id, (place) => {
      const declare = (name: string, array: HostArray) => {
        arrays[name] = array
        return place.input(name, array.kind, array.shape) as F
      }
      const given = Object.entries(fixture.inputs).map(([name, { shape, data }]) => [
        name,
        declare(name, intInputs.has(name) ? ints(shape, data) : floats(shape, data)),
      ])
      const inputs = Object.fromEntries(given) as Record<string, F>
      const { outputs, parameters } = build(place, inputs, fixture.config)
      for (const [name, tensor] of Object.entries(fixture.parameters))
        arrays[prefix + name] = toFloats(tensor)
      const terms = Object.entries(fixture.cotangents).map(([name, tensor]) =>
        reduceSum(mul(outputs[name]!, declare(`cotangent.${name}`, toFloats(tensor)))),
      )
      const loss = terms.reduce((a, b) => add(a, b))
      const names = Object.keys(fixture.gradients)
      const ofName = (name: string) => {
        const parameter = parameters.find(({ path }) => path === prefix + name)
        return parameter ? place.parameter(parameter) : inputs[name]!
      }
      const slopes = gradients(loss, names.map(ofName))
      return {
        ...outputs,
        ...Object.fromEntries(names.map((name, i) => [`gradient of ${name}`, slopes[i]!])),
      }
    })
    const used = new Set(graph.inputs.map((port) => port.name))
    const unknown = Object.keys(arrays).find((name) => !used.has(name))
    context.expectSame('weights that core does not have', unknown ?? 'none', 'none')
    const got = await context.run(graph, arrays)
    context.expectClose(got, allFloats(fixture.outputs), goldenTolerances)
    expectGradients(context, got, fixture.gradients)
  })
}

/**
 * The bias of keys adds one number to all scores of a query, which changes no weight: its gradient is 0
 * but for rounding, which is of the size of other gradients.
 */
function isFlat(name: string): boolean {
  return name.endsWith('k_proj.bias')
}

function expectGradients(context: CaseContext, got: Arrays, gradients: FixtureTensors): void {
  const largest = Math.max(...Object.values(gradients).flatMap(({ data }) => data.map(Math.abs)))
  const flatTolerances: Tolerances = {
    float64: { absolute: flatShare.float64 * largest },
    float32: { absolute: flatShare.float32 * largest },
  }
  for (const [name, tensor] of Object.entries(gradients)) {
    const expected = { [`gradient of ${name}`]: toFloats(tensor) }
    context.expectClose(got, expected, isFlat(name) ? flatTolerances : goldenTolerances)
  }
}
