import type { Tensor, Trace } from '@dragoman/core'
import {
  add,
  alibi,
  expandDims,
  iota,
  matmul,
  multiHeadAttention,
  ParameterScope,
  relativeBias,
  rotate,
  sinusoids,
  squeeze,
  trace,
} from '@dragoman/core'
import file from '../../goldens/positions.json' with { type: 'json' }
import type { ConformanceCase } from '../case.ts'
import { conformanceCase } from '../case.ts'
import type { FixtureFile, FixtureTensor, GradientFixture, Rebuilt } from './fixture.ts'
import { allFloats, goldenCase, goldenTolerances } from './fixture.ts'
import { isRealOf } from './rnn.ts'
import { type Rename, renameParameters } from './transformer-names.ts'

type F = Tensor<'float'>
type Inputs = Readonly<Record<string, F>>

interface TableConfig {
  readonly part: 'sinusoidal' | 'alibi'
  readonly layout?: 'interleaved' | 'halves'
  readonly modelSize: number
  readonly positions: number
  readonly heads: number
  readonly time: number
}

interface RotaryConfig {
  readonly part: 'rotary'
  readonly pairs: 'interleaved' | 'halves'
  readonly theta: number
  readonly start: number
}

interface RelativeConfig {
  readonly part: 'relative-attention'
  readonly modelSize: number
  readonly heads: number
  readonly headSize: number
  readonly buckets: number
  readonly maxDistance: number
  readonly causal: boolean
  readonly lengths: readonly number[]
}

/** A case whose numbers follow from its config. */
interface TableFixture {
  readonly id: string
  readonly config: TableConfig
  readonly outputs: Readonly<Record<string, FixtureTensor>>
}

function tableOf(place: Trace, { part, modelSize, positions, heads, time }: TableConfig): Record<string, F> {
  if (part === 'sinusoidal') return { table: sinusoids(iota(place, [positions]), modelSize) }
  const at = iota(place, [time])
  return { bias: squeeze(alibi(at, at, heads), 0) }
}

function tableCase({ id, config, outputs }: TableFixture): ConformanceCase {
  return conformanceCase('goldens', `positions ${id}`, async (context) => {
    const graph = trace(id, (place) => tableOf(place, config))
    const got = await context.run(graph, {})
    const { slopes, ...tables } = allFloats(outputs)
    context.expectClose(got, tables, goldenTolerances)
  })
}

function buildRotary(place: Trace, inputs: Inputs, { theta, start }: RotaryConfig): Rebuilt {
  const turn = (heads: F) => rotate(heads, add(iota(place, [heads.size(2)]), start), theta)
  const [query, key] = [turn(inputs.query!), turn(inputs.key!)]
  const scores = matmul(query, key, { transposeB: true })
  return { outputs: { rotatedQuery: query, rotatedKey: key, scores }, parameters: [] }
}

function buildRelative(place: Trace, inputs: Inputs, config: RelativeConfig): Rebuilt {
  const { modelSize: size, heads, buckets, maxDistance, causal, lengths } = config
  const scope = new ParameterScope()
  const options = { size, memorySize: size, heads, keyHeads: heads, bias: false, dropout: 0 }
  const layer = multiHeadAttention(scope, options)
  const biasOf = relativeBias(scope, { buckets, maxDistance, isCausal: causal, heads })
  const x = inputs.x!
  const [B, T] = x.shape as [number, number]
  const at = iota(place, [T])
  const isAllowed = expandDims(expandDims(isRealOf(place, lengths, B, T), 1), 1)
  const { output, weights } = layer.look(x, layer.memory(x), { isAllowed, causal, bias: biasOf(at, at) })
  return { outputs: { output, weights }, parameters: scope.all() }
}

/** T5 does not divide scores by √d, so its queries are √d times as large as core's. */
function renameT5(headSize: number): { weights: Rename; gradients: Rename } {
  const scaled =
    (factor: number): Rename =>
    (name, tensor) => {
      const [, projection] = /^([qkvo])\.weight$/.exec(name) ?? []
      if (!projection) return [[name, tensor]]
      const data = projection === 'q' ? tensor.data.map((value) => value * factor) : tensor.data
      return [[projection === 'o' ? 'out_proj.weight' : `${projection}_proj.weight`, { ...tensor, data }]]
    }
  return { weights: scaled(Math.sqrt(headSize)), gradients: scaled(1 / Math.sqrt(headSize)) }
}

/**
 * Sinusoidal tables as in the paper, ALiBi, rotary positions as in Llama, and T5's attention. What core has
 * no use for (Marian's order of the sines, rotary pairs side by side) is not among the cases.
 */
export function positionGoldens(): ConformanceCase[] {
  const { cases } = file as unknown as FixtureFile<{ readonly id: string; readonly config: { part: string } }>
  const of = <T>(...parts: string[]) => cases.filter(({ config }) => parts.includes(config.part)) as T[]
  return [
    ...of<TableFixture>('sinusoidal', 'alibi')
      .filter(({ config }) => config.layout !== 'halves')
      .map(tableCase),
    ...of<GradientFixture<RotaryConfig>>('rotary')
      .filter(({ config }) => config.pairs === 'halves')
      .map((fixture) => goldenCase('positions', fixture, '', buildRotary)),
    ...of<GradientFixture<RelativeConfig>>('relative-attention').map((fixture) => {
      const { weights, gradients } = renameT5(fixture.config.headSize)
      return goldenCase('positions', renameParameters(fixture, weights, gradients), '', buildRelative)
    }),
  ]
}
